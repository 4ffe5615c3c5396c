"""Speed and correctness side by side with what people use today; not part of the test suite."""
