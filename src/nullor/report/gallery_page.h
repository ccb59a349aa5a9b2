#pragma once
/// Many circuits on one page: a picture of each, and what is known of it.

#include <string>
#include <utility>
#include <vector>

namespace nullor {

struct GalleryBadge {
  std::string text;
  bool good = true;
};

struct GalleryCard {
  std::string title;
  std::string drawing;  ///< SVG, embedded as it is: only what this program has drawn
  std::vector<GalleryBadge> badges;
  std::vector<std::pair<std::string, std::string>> facts;    ///< name and text
  std::vector<std::string> plots;                            ///< SVG as well
  std::vector<std::pair<std::string, std::string>> details;  ///< heading and text to unfold
};

struct Gallery {
  std::string title;
  std::string text;     ///< plain; an empty line starts a new paragraph
  std::string version;  ///< of the program, for the foot of the page
  std::vector<GalleryCard> cards;
};

/// One HTML file without scripts and without network. All text is shown as text, never read as markup.
std::string write_gallery(const Gallery& gallery);

}  // namespace nullor
