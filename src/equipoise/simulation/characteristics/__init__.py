"""Operating characteristics of the whole trial, from the scenario that the whole engine runs.

Thousands of trials in a fraction of a second: the engine itself screens a sample of virtual patients once, and a
compiled loop lets trials draw from them. In the order in which an answer is made:

- `simulated`: scenarios side by side, the way in; `kept`: plans of earlier calls; `compiling`: the choice of the source
  of outcomes; `enrolling`: who takes part, whatever the source;
- `sample`: the patients whom the engine screens, and what they are supplied;
- `curve`: outcomes from a score that follows a curve; `pool`: outcomes of participants whom the engine followed;
- `loop`: the compiled loop over plain arrays, of which `pool` takes recruitment and stock;
- `trials`: the frame of reported quantities; `summary`: their characteristics; `shown`: table and picture.
"""
