"""discover -> assess -> load -> render -> stage and check -> commit: the only room that knows all stages."""
