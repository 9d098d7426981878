"""The rules of an approval: pure values and functions, standard library only, time as an argument."""
