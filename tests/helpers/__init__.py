"""What several tests use: tables, comparisons, programs, imbalanced-learn made exact."""
