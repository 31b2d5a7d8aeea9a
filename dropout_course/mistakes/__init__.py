"""Known mistakes, a module a chapter: wrong answers that run, and probes that tell them apart."""
