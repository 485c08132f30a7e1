"""From a raw history to recommendations: the graph of the exported model.

`date_format` and `dates` turn text into moments without ever failing a batch,
`history` turns raw events into the last window with its ages and gaps, `ranking`
turns scores into the best items. `module` puts them, tf.Transform's graph and a model
together and `export` writes the SavedModel, with its description beside it. `requests`
and `client` ask an exported model in Python, by rules of `item_rules` if there are any.
"""
