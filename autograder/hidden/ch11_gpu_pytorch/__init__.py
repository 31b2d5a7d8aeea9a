"""Hidden laws of chapter 11. They need no torch: scenes play it on the answer's side."""
