"""What the docstrings of the samplers of Ray Datasets say of Ray."""

from fastsmote._cluster.docstrings import Words, documented

documented_for_ray = documented(
    Words(
        room="fastsmote.ray",
        survives="for any number of blocks and workers, and also if a worker is lost",
        order="The result has their order.",
        gatherer="One task",
        memory="the memory of one worker",
        automatic='"auto" means the columns of Arrow\'s dictionary type.',
        imported=">>> import ray",
        opened="\n".join(
            [
                '>>> names = ["id", "amount", "hour", "fraud"]',
                ">>> ds = ray.data.from_items([dict(zip(names, row)) for row in rows])",
            ]
        ),
        table="ds",
        counted='>>> out.to_pandas()["fraud"].value_counts().sort_index().tolist()',
        closed="",
    )
)
