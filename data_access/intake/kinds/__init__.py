"""One file a kind of fact; `registry` names them all."""
