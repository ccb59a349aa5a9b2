#pragma once
/// All devices: at compile time through for_each_device(), at run time as a list for --help, docs and the
/// binder.

#include <span>
#include <vector>

#include "nullor/devices/bjt.h"
#include "nullor/devices/bsim4.h"
#include "nullor/devices/capacitor.h"
#include "nullor/devices/diode.h"
#include "nullor/devices/ekv.h"
#include "nullor/devices/ferroelectric.h"
#include "nullor/devices/inductor.h"
#include "nullor/devices/jfet.h"
#include "nullor/devices/memristor.h"
#include "nullor/devices/mos1.h"
#include "nullor/devices/mos2.h"
#include "nullor/devices/mos3.h"
#include "nullor/devices/mutual_inductor.h"
#include "nullor/devices/parameters.h"
#include "nullor/devices/photonic.h"
#include "nullor/devices/piecewise_linear_diode.h"
#include "nullor/devices/resistor.h"
#include "nullor/devices/self_heating.h"
#include "nullor/devices/sources.h"
#include "nullor/devices/switches.h"
#include "nullor/devices/transmission_line.h"

namespace nullor {

/// Calls f.template operator()<D>() for every device template D of registry.def:
///
///     for_each_device([]<template <class> class D>() { use(D<double>::kind); });
template <class F>
void for_each_device(F&& f) {
#define NULLOR_DEVICE(device, header) f.template operator()<device>();
#include "nullor/devices/registry.def"
#undef NULLOR_DEVICE
}

/// One device as --help and the docs see it.
struct DeviceInfo {
  DeviceKind kind;
  std::span<const Terminal> terminals;
  int references = 0;
  std::span<const Unknown> internals;
  bool linear = false;
  std::vector<ParameterInfo> parameters;
};

template <template <class> class D>
DeviceInfo device_info() {
  DeviceInfo info;
  info.kind = D<double>::kind;
  info.terminals = D<double>::terminals;
  info.internals = D<double>::internals;
  if constexpr (requires { D<double>::references; }) info.references = D<double>::references;
  if constexpr (requires { D<double>::linear; }) info.linear = D<double>::linear;
  info.parameters = list_parameters<D<double>>();
  return info;
}

/// Every registered device, in the order of registry.def.
const std::vector<DeviceInfo>& device_infos();

}  // namespace nullor
