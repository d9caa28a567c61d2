"""Single studies: programs that each answer one question about fastsmote.

Run a study with ``python -m benchmarks.studies.NAME``: ``adversarial``, ``few_queries``,
``floor``, ``frames``, ``layouts``, ``memory``, ``neighbors`` or ``shares``. ``sgemm`` and
``pruning`` compute numbers for ``neighbors`` and are not programs. No published table depends
on a study.
"""
