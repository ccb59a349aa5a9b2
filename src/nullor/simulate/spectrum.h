#pragma once
/// Spectra of waveforms, as the commands `fft` and `spec` of ngspice compute them.

#include <complex>
#include <span>
#include <string_view>
#include <vector>

namespace nullor {

/// A window over the last `span` of a waveform, with a mean of about one so that amplitudes are kept; zero
/// before. With c(k) = cos(2 pi k (t - t_end) / span):
///
///   none, rectangular            1
///   hann, hanning, cosine        1 - c(1)
///   hamming                      1 - 0.46/0.54 c(1)
///   blackman                     1 - 0.5/0.42 c(1) + 0.08/0.42 c(2)
///   flattop                      1 - 1.93 c(1) + 1.29 c(2) - 0.388 c(3) + 0.032 c(4)
///   triangle, bartlett, bartlet  from 0 over 2 in the middle to 0
///   gaussian                     a bell whose half width is span / (2 order)
///
/// Throws InputError for other names.
/// Source: F. J. Harris, Proc. IEEE 66, 51 (1978); scaled as in ngspice.
std::vector<double> window(std::string_view name, std::span<const double> time, double span, int order);

/// Y(k) = 2/N sum_n y(n) exp(-2 pi j k n / N), k = 0 ... N/2, of y filled up with zeros to a power of two N:
/// the amplitude of each line (twice the mean at k = 0, as ngspice has it).
std::vector<std::complex<double>> fft(std::span<const double> y);

/// 2/(n - 1) sum_(k>0) window(k) (y(k) - mean) exp(2 pi j f t(k)), the mean at f = 0, for points of any
/// spacing in time.
std::vector<std::complex<double>> dft(std::span<const double> time, std::span<const double> y,
                                      std::span<const double> window, std::span<const double> frequencies);

}  // namespace nullor
