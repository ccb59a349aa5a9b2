#pragma once
/// The frame of a fuzz target: InputError is a valid answer to bad input, everything else is a finding.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nullor/base/error.h"

/// Runs `read(text)` and forgives InputError.
template <class Read>
int fuzz(const std::uint8_t* data, std::size_t size, Read read) {
  try {
    read(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const nullor::InputError& error) {
    (void)error.render();
  }
  return 0;
}
