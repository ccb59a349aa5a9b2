#include "nullor/devices/registry.h"

namespace nullor {

const std::vector<DeviceInfo>& device_infos() {
  static const std::vector<DeviceInfo> infos = [] {
    std::vector<DeviceInfo> list;
    for_each_device([&]<template <class> class D>() { list.push_back(device_info<D>()); });
    return list;
  }();
  return infos;
}

}  // namespace nullor
