#pragma once
/// Trains small perceptrons, one a window of time, by the Levenberg-Marquardt method.
///
/// With theta the parameters of N (2 x 20 neurons) and the initial condition built in,
/// x(t) = x_0 + S (N(s) - N(0)) as in window_loss.h (2), the scaled residuals rho = r_i(t_j) / R_i at the
/// right Radau points of the window are fewer than the parameters: a step is
///
///     delta = -H J^T (J H J^T + mu I)^-1 rho,   J = d rho / d theta                                    (1)
///
/// with J exact (circuit_residual.h) and mu following the ratio of the gain to what the linear model
/// promised. H is 1 for the output layer, which enters linearly, and small for the hidden layers: a step uses
/// them only where the output layer does not suffice. Without it the small singular values of J make steps so
/// large that the linear model is wrong and mu stays high. Rows are sized for the window
/// (EquationScale::focus). What (1) leaves between the points, the defect, turned into unknowns by (kappa C /
/// h + G)^-1, decides whether a window is kept and how long the next one is. Windows end at the corners of
/// the sources and where switches turn over; switches are held within a window.
///
/// Sources: D. Marquardt, J. SIAM 11, 431 (1963); K. Madsen, H. B. Nielsen, O. Tingleff, Methods for
/// Non-Linear Least Squares Problems (2004), equation 3.16 ff., for mu.

#include "nullor/neural/trainer.h"

namespace nullor {

TrainingReport train_by_levenberg_marquardt(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                            const TranCard& card, const TrainingOptions& how, Waveform& out);

}  // namespace nullor
