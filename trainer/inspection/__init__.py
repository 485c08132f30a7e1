"""`python -m trainer inspect`: what a run holds, in words, without TensorFlow."""
