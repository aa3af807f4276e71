"""From a cut to what is known of each participant: rows, facts, scores, outcomes, populations, the flow, summaries."""
