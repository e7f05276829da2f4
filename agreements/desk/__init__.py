"""The sheet review desk: what a list would change, what people decide on it, apply and undo.

Every decision becomes, on apply, a row that later imports read: a Verdict on a name or a place, or a SourceCorrection
of what ICE prints. So applying a list is to write those and to hold the list; undoing it is to take both away and to
fold what is left. Public facts stay a function of lists and decisions.
"""
