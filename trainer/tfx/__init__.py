"""The trainer as a component of TFX, which hands over files of its own making."""
