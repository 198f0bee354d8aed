"""Tumour response: from lesions to time-point response, best response and times to progression.

The rules know no dataframe: frozen types in, frozen results out, each call with its reason. Only
``reading_*`` and ``datasets`` use Polars.

- ``assessments``: what was seen of a participant's lesions, visit by visit
- ``baseline``: which assessment the others are compared with
- ``target_lesions``, ``non_target_lesions``, ``new_lesions``: the response of each kind of lesion
- ``combination_tables``: the guidelines' tables, as data
- ``recist``, ``irrecist``, ``irecist``: the criteria, listed in ``registry``
- ``best_overall_response``, ``progression``, ``time_to_event``, ``evaluable``: what follows from time points
- ``evaluation``: all of it for one participant
"""
