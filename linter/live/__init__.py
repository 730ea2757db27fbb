"""Running models: the only part that imports Keras and keras_act.

What comes from a file is rebuilt here from the graph, never deserialised.
"""
