"""What several rules need, computed once and lazily. Each module has one entry that takes the Subject."""
