"""Evaluation, serving and recommendations for all users."""
