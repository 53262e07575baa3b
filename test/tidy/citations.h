// Checks citations: what a comment, a test name or a page cites must be in this repository.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "test/tidy/rules.h"
#include "test/tidy/source.h"

namespace windlass::tidy {

// What a comment may cite.
struct Citable {
  std::set<std::string, std::less<>> rules;     // the rows of test/contract/rules.txt: "D-261"
  std::set<std::string, std::less<>> pages;     // Markdown files: "docs/design/002-single-steps.md"
  std::set<std::string, std::less<>> headings;  // "docs/install.md#by-hand", as links name them
};

Citable CitableIn(const std::vector<Source>& tree);

// `citation`:
//   - a rule id ("D-261", "E2E-03b") has a row in test/contract/rules.txt;
//   - a page ("docs/metrics.md", "docs/design/002", "002-single-steps") is a file;
//   - a link to a heading ("metrics.md#totals") leads to a heading;
//   - only RFCs have sections that are cited by number or letter.
// Leaves out docs/rules, which tools/rules.sh checks, and tidy_test.cc, which plants citations that
// lead nowhere.
std::vector<Finding> CheckCitations(const Source& source, const Citable& citable);

}  // namespace windlass::tidy
