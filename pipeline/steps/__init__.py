"""The steps, as Beam transforms: `pipeline.graph` puts them together."""
