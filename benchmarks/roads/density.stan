// The density of forecast/model for the features that the shipped case uses: no seasons, correlated shocks, learned
// grades, over-dispersed counts or ageing. Names and equations are those of the PyMC blocks; see docs/method.md.
functions {
  // sign 0: loc + scale z; else sign exp(loc + scale z)
  vector elicited(vector z, vector sign, vector loc, vector scale) {
    vector[rows(z)] linear = loc + scale .* z;
    return (1 - abs(sign)) .* linear + sign .* exp(abs(sign) .* linear);
  }
  // Whether powers of the matrix die out: once a norm is below 1 they do, after 16 squarings they should have.
  int is_stable(matrix m) {
    matrix[rows(m), cols(m)] power = m;
    for (i in 1 : 16) {
      real norm = sum(square(power));
      if (norm < 1) {
        return 1;
      }
      if (!(norm < 1e60)) {
        return 0;
      }
      power = power * power;
    }
    return sum(square(power)) < 1;
  }
}
data {
  int<lower=1> T, K, E;  // steps, drivers, event types
  // Drivers.
  vector[K] start_loc, start_scale;
  vector[K] long_run_sign, long_run_loc, long_run_scale;
  vector[K] half_life_sign, half_life_loc, half_life_scale;
  int<lower=0> I;
  array[I] int influence_to, influence_from;
  vector[I] influence_sign, influence_loc, influence_scale;
  // Event types.
  int<lower=0> R, L, G, A, X;
  array[R] int rate_type;
  vector[R] rate_sign, rate_loc, rate_scale;
  array[L] int loading_type, loading_driver;
  vector[L] loading_sign, loading_loc, loading_scale;
  vector[G] signal_sign, signal_loc, signal_scale;
  vector[G] signal_noise_sign, signal_noise_loc, signal_noise_scale;
  array[A] int signal_level_of;
  vector[A] signal_level_sign, signal_level_loc, signal_level_scale;
  array[X] int mix_type;  // complete types with a loading
  vector[6] letter_prior, digit_prior;
  array[X] vector[6] letter_count, digit_count;
  matrix[6, 6] weights;
  int<lower=0> P;
  array[P] int plain_type;  // complete types without a loading, and their exposure in all
  vector[P] plain_exposure;
  array[X] vector[T] exposure;
  // Events reported.
  int<lower=0> N, C, S, M;
  array[N] int report_type, report_step;
  vector[N] weight, spurious;
  array[C] int coded_report, coded_step, coded_signal, coded_driver, coded_push;
  vector[C] coded_value;
  array[S] int selected, group_size;
  array[M] int member_type;  // of the selected reports' groups, one after another
  array[M] int member_step;
  vector[M] member_weight;
  // Series.
  int<lower=0> V, J;
  array[V] int series_index, series_driver, series_first, series_last;
  vector[V] series_observed;
  int<lower=0> W;
  vector[W] series_step_weight;  // of each step of each value's period, one after another
  vector[J] series_level_sign, series_level_loc, series_level_scale;
  vector[J] series_slope_sign, series_slope_loc, series_slope_scale;
  vector[J] series_noise_sign, series_noise_loc, series_noise_scale;
  real<lower=0> series_df;
  // Judgements.
  int<lower=0> U;
  array[U] int judgement_step, judgement_driver;
  vector[U] judgement_mean, judgement_sd;
  // States.
  int<lower=1> Q;
  int<lower=0> D, B, H, Z, Y;
  array[Z] int ratio_edge, ratio_driver;
  vector[Z] ratio_sign, ratio_loc, ratio_scale;
  array[D] int net_edge;
  vector[D] net_sign, net_loc, net_scale;
  array[B] int base_edge;
  vector[B] base_shape, base_rate;
  matrix[K, K] covariance;
  vector[H] breaks_sign, breaks_loc, breaks_scale;
  vector[H] days_per_year_over_held, spell_breaks, spell_years;
  array[Q] int edge_held;  // which held state an edge leads into; 0 for none
  array[Y] int risk_edge, risk_step;
  vector[Y] at_risk;
  int<lower=0> O;
  array[O] int transition_edge, transition_step;
}
parameters {
  vector[K] long_run_z, half_life_z;
  vector[I] influence_z;
  vector[R] rate_z;
  vector[L] loading_z;
  vector[G] signal_z, signal_noise_z;
  vector[A] signal_level_z;
  array[X] simplex[6] letter_mix, digit_mix;
  vector[J] series_level_z, series_slope_z, series_noise_z;
  vector[Z] ratio_z;
  vector[D] net_z;
  vector<lower=0>[B] mean_hazard;
  vector[H] breaks_z;
  matrix[K, T] innovation;
}
model {
  matrix[K, T] level;
  {
    vector[K] persistence = exp2(-inv(elicited(half_life_z, half_life_sign, half_life_loc, half_life_scale)));
    vector[K] pull = (1 - persistence)
                       .* elicited(long_run_z, long_run_sign, long_run_loc, long_run_scale);
    vector[K] spread = sqrt(1 - square(persistence));
    vector[I] influence = elicited(influence_z, influence_sign, influence_loc, influence_scale);
    matrix[K, K] matrix_m = diag_matrix(persistence);
    for (i in 1 : I) {
      matrix_m[influence_to[i], influence_from[i]] += (1 - persistence[influence_to[i]]) * influence[i];
    }
    if (!is_stable(matrix_m)) {
      reject("unstable drivers");
    }
    level[ : , 1] = start_loc + start_scale .* innovation[ : , 1];
    for (t in 2 : T) {
      level[ : , t] = pull + matrix_m * level[ : , t - 1] + spread .* innovation[ : , t];
    }
  }
  matrix[E, T] log_ratio;
  vector[E] log_rate = rep_vector(0, E);
  {
    vector[L] loading = elicited(loading_z, loading_sign, loading_loc, loading_scale);
    matrix[E, K] loadings = rep_matrix(0, E, K);
    for (i in 1 : L) {
      loadings[loading_type[i], loading_driver[i]] = loading[i];
    }
    log_ratio = loadings * level;
    log_rate[rate_type] = log(elicited(rate_z, rate_sign, rate_loc, rate_scale));
  }
  vector[E] rate = exp(log_rate);
  // Silence of complete types; the mix of grades of those with a loading.
  target += -dot_product(plain_exposure, rate[plain_type]);
  for (x in 1 : X) {
    real mean_weight = letter_mix[x]' * weights * digit_mix[x];
    target += -rate[mix_type[x]]
              * dot_product(exposure[x], 1 + mean_weight * expm1(log_ratio[mix_type[x]]'));
    letter_mix[x] ~ dirichlet(letter_prior + letter_count[x]);
    digit_mix[x] ~ dirichlet(digit_prior + digit_count[x]);
  }
  // Events reported.
  {
    vector[N] genuine = rep_vector(0, N);
    vector[G] signal = elicited(signal_z, signal_sign, signal_loc, signal_scale);
    vector[G] noise = elicited(signal_noise_z, signal_noise_sign, signal_noise_loc, signal_noise_scale);
    vector[G] neutral = rep_vector(0, G);
    neutral[signal_level_of] = elicited(signal_level_z, signal_level_sign, signal_level_loc, signal_level_scale);
    for (c in 1 : C) {
      int g = coded_signal[c];
      real measured = coded_push[c] ? innovation[coded_driver[c], coded_step[c]]
                      : level[coded_driver[c], coded_step[c]];
      genuine[coded_report[c]] += normal_lpdf(coded_value[c] | neutral[g] + signal[g] * measured, noise[g]);
    }
    for (n in 1 : N) {
      target += log_rate[report_type[n]]
                + log_mix(weight[n], log_ratio[report_type[n], report_step[n]] + genuine[n], spurious[n]);
    }
    vector[M] ratio;
    for (m in 1 : M) {
      ratio[m] = log_ratio[member_type[m], member_step[m]];
    }
    vector[M] intensity = rate[member_type] .* (1 + member_weight .* expm1(ratio));
    int first = 1;
    for (s in 1 : S) {
      target += -log(sum(segment(intensity, first, group_size[s])));
      first += group_size[s];
    }
  }
  // Series and judgements.
  {
    vector[V] mean_level;
    int first = 1;
    for (v in 1 : V) {
      int steps = series_last[v] - series_first[v] + 1;
      mean_level[v] = dot_product(segment(series_step_weight, first, steps),
                                  level[series_driver[v], series_first[v] : series_last[v]]');
      first += steps;
    }
    vector[J] at_neutral = elicited(series_level_z, series_level_sign, series_level_loc, series_level_scale);
    vector[J] slope = elicited(series_slope_z, series_slope_sign, series_slope_loc, series_slope_scale);
    vector[J] noise = elicited(series_noise_z, series_noise_sign, series_noise_loc, series_noise_scale);
    target += student_t_lpdf(series_observed | series_df, at_neutral[series_index]
                                               + slope[series_index] .* mean_level, noise[series_index]);
    for (u in 1 : U) {
      target += normal_lpdf(judgement_mean[u] | level[judgement_driver[u], judgement_step[u]], judgement_sd[u]);
    }
  }
  // States.
  {
    vector[Z] ratio = elicited(ratio_z, ratio_sign, ratio_loc, ratio_scale);
    matrix[Q, K] beta = rep_matrix(0, Q, K);
    vector[Q] gamma = rep_vector(0, Q);
    for (z in 1 : Z) {
      beta[ratio_edge[z], ratio_driver[z]] = ratio[z];
    }
    gamma[net_edge] = elicited(net_z, net_sign, net_loc, net_scale);
    for (b in 1 : B) {
      gamma[base_edge[b]] = log(mean_hazard[b]) - quad_form(covariance, beta[base_edge[b]]') / 2;
    }
    vector[H] minus_log_hold = log1p_exp(elicited(breaks_z, breaks_sign, breaks_loc, breaks_scale));
    vector[H] break_hazard = minus_log_hold .* days_per_year_over_held;
    target += dot_product(spell_breaks, log(break_hazard)) - dot_product(spell_years, break_hazard);
    for (q in 1 : Q) {
      if (edge_held[q] > 0) {
        gamma[q] += minus_log_hold[edge_held[q]];
      }
    }
    vector[Y] log_hazard;
    for (y in 1 : Y) {
      log_hazard[y] = gamma[risk_edge[y]] + beta[risk_edge[y]] * level[ : , risk_step[y]];
    }
    target += -dot_product(at_risk, exp(log_hazard));
    for (o in 1 : O) {
      target += gamma[transition_edge[o]] + beta[transition_edge[o]] * level[ : , transition_step[o]];
    }
    mean_hazard ~ gamma(base_shape, base_rate);
  }
  long_run_z ~ std_normal();
  half_life_z ~ std_normal();
  influence_z ~ std_normal();
  rate_z ~ std_normal();
  loading_z ~ std_normal();
  signal_z ~ std_normal();
  signal_noise_z ~ std_normal();
  signal_level_z ~ std_normal();
  series_level_z ~ std_normal();
  series_slope_z ~ std_normal();
  series_noise_z ~ std_normal();
  ratio_z ~ std_normal();
  net_z ~ std_normal();
  breaks_z ~ std_normal();
  to_vector(innovation) ~ std_normal();
}
