"""`python -m pipeline inspect`: what a data set holds, in words."""
