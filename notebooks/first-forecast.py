# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first forecast
#
# A crisis can end in several ways. Somebody who follows it has beliefs about what drives it, and reads reports that are
# more or less reliable. This page turns both into probabilities of named endings by a named date, asks how sure these
# are, and lets them be questioned. It needs no knowledge of Bayesian statistics beyond one sentence: *a prior is what
# you believe before you look at the evidence, a posterior is what you believe after.*
#
# The example is the case that is shipped with the program: the war between Russia and Ukraine and its negotiations, as
# one person coded it from public reporting. Its drivers and causal claims are hypotheses with wide ranges, taken from
# two published articles; nothing here takes a side.

# %%
from forecast import explain, fit, load_scenario, project, read_evidence, sensitivity, signposts, update, what_if

scenario = load_scenario("../priors/ukraine-2025.yaml")
evidence = read_evidence("../data/ukraine-2025", scenario)

# %% [markdown]
# ## The scenario: what is believed beforehand
#
# A **driver** is something that moves slowly and matters: aid, success on the ground, the momentum of negotiations. It
# lives on a scale on which 0 is neutral, and -2 and +2 are described in words by the analyst.

# %%
for name, driver in scenario.drivers.items():
    print(f"{name}\n   -2: {driver.low}\n   +2: {driver.high}")

# %% [markdown]
# Every number in the file is a **90% range** with a reason: the analyst holds it to contain the truth with 90%
# probability. Here is one, the chance that a truce comes about, or rather the class of earlier wars it is taken from:

# %%
transition = next(item for item in scenario.transitions if item.to == "truce")
rate = transition.base_rate
print(f"{rate.name}: {rate.events} in {rate.exposure_years} war-years")
print(transition.reason)

# %% [markdown]
# ## The evidence: what was reported, and when
#
# A report has three dates: when the event happened, when it was reported, and when it was entered in the file. A
# forecast *as of* 9 May 2025 may use what had been reported by then and nothing else. `fit` makes that cut itself, so
# that we can hand it everything.

# %%
fitted = fit(scenario, evidence, as_of="2025-05-09", seed=1)
fitted

# %% [markdown]
# The last line is the first thing to read. The posterior is explored by random draws, and **PASS** says that four
# independent chains of draws agree (R-hat near 1), that there are enough of them (ESS), and that the sampler met no
# difficulty (divergences). On FAIL nothing below could be trusted.
#
# ## The forecast

# %%
forecast = project(fitted)
forecast

# %% [markdown]
# Three numbers belong to each probability, and they are different things:
#
# - the **80% range** says how far the probability itself is uncertain, because the parameters and the present levels of
#   the drivers are;
# - the **Monte Carlo error** says how exactly the computation found it; with more draws it would shrink, the range
#   would not;
# - the **prior** says what the same scenario gives to someone who knows only that the war has not ended so far.
#
# The next figure is the same by date: each line is the probability of an outcome if that date were the horizon.

# %%
forecast.plot_outcomes()

# %% [markdown]
# A driver is seen only through reports and series. Its band narrows where something was reported about it, and after
# the as-of date it widens again towards the prior (dotted).

# %%
forecast.plot_driver("negotiation_momentum")

# %% [markdown]
# ## New reports
#
# Two weeks later more is known. `update` does not sample again: the draws are weighted by how well each of them
# explains the new evidence, and a new fit is made only when too few draws carry the weight.

# %%
updated = update(fitted, evidence, as_of="2025-05-23")
later = project(updated)
later

# %% [markdown]
# What moved it? `explain` splits the change into elapsed time (nothing ended: that is evidence too), each report, and
# what is only due to new random numbers. The parts add up.

# %%
why = explain(updated)
why

# %%
why.plot("deal_holds")

# %% [markdown]
# ## What if?
#
# Two questions that sound alike are different. *Doing*: what would follow if aid from the United States were suspended
# and stayed so? *Seeing*: what would it tell us if such a suspension were **reported**? The first cuts the driver loose
# from its causes and changes the future. The second changes what we believe, and as a single report is fallible, by
# less.

# %%
suspended = what_if(updated, do={"us_aid": -2})
suspended

# %%
reported = what_if(updated, observe=["us_aid_flow:-2@2025-06-15"])
reported

# %% [markdown]
# ## What to watch
#
# Which report of the next thirty days would say most about the outcomes? The measure is *mutual information*, in bits:
# a fair coin whose fall you will see is worth one bit.

# %%
ahead = signposts(updated, days=30)
ahead

# %% [markdown]
# ## What it hangs on
#
# Some of the forecast is evidence, the rest is what the analyst believed. `sensitivity` says how much.

# %%
hangs = sensitivity(fitted)
hangs

# %% [markdown]
# ## The numbers
#
# The conclusions below use these. A test compares the two, so that the text cannot drift away from the computation.

# %% tags=["numbers"]
now, then = forecast.data.sel(outcome="war_continues"), later.data.sel(outcome="war_continues")
aid, seen = (answer.data.sel(outcome="us_exit") for answer in (suspended, reported))
best = ahead.data.isel(signpost=0)
own = hangs.data.sel(outcome="war_continues")


def number(name, value, known_to, text):
    """Print a number with its Monte Carlo error, and how the conclusions write it."""
    print(f"{name}: {text} (value {float(value):.5f}, known to {float(known_to):.5f})")


# The 10% point of 1,000 normal draws has a standard error of 1.71 of their standard deviations over the root of 1,000.
end_error = 1.71 * (now["high80"] - now["low80"]) / 2.56 / 1000**0.5
number("goes_on", now["probability"], now["mcse"], f"{now['probability'].item():.0%}")
number("goes_on_prior", now["prior"], now["prior_mcse"], f"{now['prior'].item():.0%}")
number("goes_on_low", now["low80"], end_error, f"{now['low80'].item():.0%}")
number("goes_on_high", now["high80"], end_error, f"{now['high80'].item():.0%}")
number("goes_on_later", then["probability"], then["mcse"], f"{then['probability'].item():.0%}")
number("still_prior", own["prior_share"], own["prior_share_mcse"], f"{own['prior_share'].item():.0%}")
number("aid_suspended", 100 * aid["difference"], 100 * aid["difference_mcse"], f"{100 * aid['difference'].item():.1f}")
number("aid_report", 100 * seen["difference"], 100 * seen["difference_mcse"], f"{100 * seen['difference'].item():.1f}")
number("best_bits", best["bits"], best["bits_mcse"], f"{best['bits'].item():.4f}")

# %% [markdown] tags=["conclusions"]
# ## Conclusions
#
# As of 9 May 2025 the model says with <!--goes_on-->72% that the war goes on with American backing until the end of
# 2025. That is no precise number: the parameters alone leave it anywhere between <!--goes_on_low-->58% and
# <!--goes_on_high-->84%, while the error of the computation is far smaller. And it is hardly news: knowing only that
# nothing had ended so far, the same scenario says <!--goes_on_prior-->73%. In log odds, the squared width of the range
# is still <!--still_prior-->81% of what it was without the evidence. **The evidence of these months says little about
# how the war ends**; whoever quotes the forecast quotes mostly the base rates of earlier wars and the judgement behind
# the ranges.
#
# Two more weeks of reports hardly change that: <!--goes_on_later-->73% on 23 May, a difference far smaller than that
# range.
#
# Holding American aid at its lowest level would raise the chance of a war without America by <!--aid_suspended-->5.0
# percentage points, a clear effect of the assumptions in the file. A single report of such a suspension moves it by
# <!--aid_report-->0.8 points: far less, since a report may be wrong and what it reports may pass. The most telling
# thing to watch is worth <!--best_bits-->0.0011 bits: none of the reports in sight would decide much.
#
# A forecast like this should be read as: *these assumptions, with that evidence, imply this*. Which assumptions carry
# it, and whether they fit the evidence, is the subject of [criticism](criticism.ipynb).

# %%
# What the conclusions say in words, checked: this page does not run through if one of them no longer holds.
assert forecast.status == later.status == "PASS"
assert abs(now["probability"] - now["prior"]) < (now["high80"] - now["low80"]) / 4
assert own["prior_share"] > 0.5
assert abs(then["probability"] - now["probability"]) < (now["high80"] - now["low80"]) / 4
assert aid["difference"] > 4 * aid["difference_mcse"]
assert abs(seen["difference"]) + 3 * seen["difference_mcse"] < aid["difference"] / 3
assert best["bits"] < 0.01

# %% [markdown]
# ## Where to go from here
#
# Replace the two paths at the top by your own `priors/<case>.yaml` and `data/<case>/`: everything else works as it
# stands. `forecast check <case>` finds mistakes in the files. Every result has `.data`, an xarray dataset with named
# dimensions, and `fitted.tree` holds the draws for ArviZ. The reference is in `docs/reference/api.md`.
