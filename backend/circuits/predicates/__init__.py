"""Labels put to the test: what a label says a node detects, against what the node does.

A predicate (`words.document.Predicate`) names tokens by a regular expression and says when the node
counts as active. Two questions are asked of it:

    detection   on held-out pretraining text: is the node active where the predicate holds, and
                only there? Precision, recall, F1, and examples of the errors.
    swap        on the task's pairs: if the predicate says all that the node says, the node's values
                can be exchanged among tokens of one class, those where it holds or those where it
                does not, and the circuit's loss stays. This is resampling ablation within the
                classes of the predicate, the step of causal scrubbing (Chan et al. 2022) for one
                node.

The first can be met by a node that does not matter, the second by one whose values hardly differ;
so each stands beside what chance or ablation would give.
"""
