# What the generators write: one line a file, included by the Makefile.
GENERATED :=
GENERATED_SOURCES :=
TEST_GENERATED_OBJECTS :=
