"""From a trial and its specification to a record in which every number is traceable."""
