"""What is true: forms, scores, surveys, checks. No Qt, no SQL, no files, no clock."""
