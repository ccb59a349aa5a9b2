#pragma once
/// How `.raw` files name quantities and analyses; shared by their writer and their reader.

#include <string>
#include <string_view>

#include "nullor/io/table.h"

namespace nullor {

/// "voltage", "time", ...: the type column of the header.
std::string_view raw_type_of(Quantity quantity);
Quantity quantity_of_raw_type(std::string_view type);

/// The short name of an analysis ("tran") from its plot name ("Transient Analysis"); empty when unknown.
std::string kind_of_plotname(std::string_view plotname);

}  // namespace nullor
