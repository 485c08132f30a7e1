"""Remote folders, `gs://` and `s3://`, at the edge of the programs.

The commands bring what they need to this machine and take results back; the rest of
the trainer asks `stand_ins.local` for the folder that stands for a name, and works on
local files alone. A local path stands for itself: nothing of it is copied.
"""
