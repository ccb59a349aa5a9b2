#pragma once
/// One result page: a single HTML file with everything inside, opened from disk, without network.

#include <string>
#include <vector>

#include "nullor/io/table.h"

namespace nullor {

/// A small picture of values on a grid: one colour above zero, another below, none at zero.
struct PageMap {
  std::string caption;
  int width = 0, height = 0;
  std::vector<float> values;  ///< (height, width)
};

/// Counts by two names, the larger ones darker.
struct PageMatrix {
  std::string caption, row_heading, column_heading;
  std::vector<std::string> rows, columns;
  std::vector<double> counts;  ///< (rows, columns)
};

/// A part of the page. Tables with an independent variable become plots with zoom, pan and two cursors;
/// operating points and other single rows become lists of values. Empty members show nothing.
struct PageSection {
  std::string heading;
  std::string text;  ///< plain text; an empty line starts a new paragraph
  std::vector<Table> tables;
  std::vector<Reading> readings;
  std::string netlist;
  std::vector<PageMap> maps;
  std::vector<PageMatrix> matrices;
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
