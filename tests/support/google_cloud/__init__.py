"""Google Cloud on loopback: as much of it as a job of Dataflow touches.

Cloud Storage is the package `gcp-storage-emulator`; what no package offers is here,
small: tokens, TensorFlow's way to the storage, Dataflow's REST service, and a worker.
"""
