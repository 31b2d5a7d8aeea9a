"""What runs inside the warm process, and puts a fork of it into a jail.

The warm process must not be able to import `autograder`, so these modules are loaded by their
place under another package name: they import each other relatively, and the standard library and
`dropout_course` alone.
"""
