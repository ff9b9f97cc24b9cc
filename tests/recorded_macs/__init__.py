"""A second Mac for the tests: small Python programs that replay what Apple's tools print, ask and do.

It knows nothing of the program under test or of its simulator; everything here is written from the
reference's transcripts (section numbers in the comments). A wording nobody has seen is marked `guess:`.
"""
