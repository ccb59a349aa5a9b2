#pragma once
/// One result page: a single HTML file with everything inside, opened from disk, without network.

#include <string>
#include <vector>

#include "nullor/io/table.h"

namespace nullor {

/// A part of the page. Tables with an independent variable become plots with zoom, pan and two cursors;
/// operating points and other single rows become lists of values. Empty members show nothing.
struct PageSection {
  std::string heading;
  std::string text;  ///< plain text; an empty line starts a new paragraph
  std::vector<Table> tables;
  std::vector<Reading> readings;
  std::string netlist;
};

struct Page {
  std::string title;
  std::string version;  ///< of the program, for the foot of the page
  std::vector<PageSection> sections;
};

/// The HTML text. Numbers are embedded as 64-bit floats, or as 32-bit floats (the scale excepted) in a table
/// of more than two million of them. Names and text may hold anything; they are never read as markup.
std::string write_html(const Page& page);

}  // namespace nullor
