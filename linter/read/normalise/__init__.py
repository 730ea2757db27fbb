"""From what any Keras wrote to one graph: parse (dialects -> ModelSpec), flatten (-> nodes), assemble (->
ModelGraph)."""
