"""From what is known of the participants to the analyses that each estimand of the definition declares."""
