# Times the peers that are installed: one line each, name, median and least milliseconds by the wall.
# Rscript peers.R responses.csv RUNS
words <- commandArgs(trailingOnly = TRUE)
runs <- as.integer(words[2])
timed <- function(name, work) {
  work()
  taken <- replicate(runs, system.time(work())[["elapsed"]])
  cat(sprintf("%s\t%.3f\t%.3f\n", name, 1000 * median(taken), 1000 * min(taken)))
}
if (requireNamespace("rpact", quietly = TRUE)) suppressMessages({
  library(rpact)
  rates <- function(design, planned) getSimulationRates(
    design, plannedSubjects = planned, pi1 = 0.6, pi2 = 0.35, directionUpper = TRUE,
    maxNumberOfIterations = 10000, seed = 1
  )
  one <- getDesignGroupSequential(kMax = 1, alpha = 0.025)
  two <- getDesignGroupSequential(typeOfDesign = "asOF", informationRates = c(0.5, 1), alpha = 0.025)
  timed(paste("rpact", "one stage"), function() rates(one, 122))
  timed(paste("rpact", "two stages"), function() rates(two, c(61, 122)))
})
if (requireNamespace("nlme", quietly = TRUE)) {
  library(nlme)
  rows <- read.csv(words[1])
  rows$visit <- factor(rows$visit)
  rows$arm <- factor(rows$arm)
  rows$place <- as.integer(rows$visit)
  timed("nlme gls", function() gls(
    response ~ base + arm * visit, data = rows, method = "REML", na.action = na.omit,
    correlation = corSymm(form = ~ place | participant), weights = varIdent(form = ~ 1 | visit)
  ))
}
for (name in c("rpact", "nlme"))
  if (requireNamespace(name, quietly = TRUE))
    cat(sprintf("version %s\t%s\n", name, as.character(packageVersion(name))))
