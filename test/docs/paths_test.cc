// The files and folders that pages for newcomers name are there.
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "test/catch.h"

namespace windlass::paths_test {
namespace {

namespace fs = std::filesystem;

const fs::path& Docs() {
  static const fs::path docs = WINDLASS_DOCS;
  return docs;
}

// Returns true if there is a file or folder for each alternative of `pattern`. Example:
// "docs/{map,adding}.md", "cmd/windlass/*_metrics.cc".
bool IsThere(const fs::path& pattern) {
  const std::string text = pattern.string();
  glob_t found{};
  const bool any = glob(text.c_str(), GLOB_BRACE, nullptr, &found) == 0;
  const size_t paths = found.gl_pathc;
  globfree(&found);
  return any && paths > static_cast<size_t>(std::ranges::count(text, ','));
}

// Returns true if a text in backquotes is a path from the root: it begins with a folder in which
// sources are.
bool IsPathFromRoot(std::string_view text) {
  constexpr std::string_view kFolders[] = {"cmd/",  "controller/", "crds/", "deploy/",
                                           "docs/", "kubeclient/", "test/", "tools/"};
  return text.find_first_of(" \n") == std::string_view::npos &&
         std::ranges::any_of(kFolders, [&](auto folder) { return text.starts_with(folder); });
}

// Returns the paths in backquotes and in links of `page` that lead to no file and no folder.
std::vector<std::string> MissingIn(const std::string& page) {
  // The manifest of a kind that docs/adding.md makes up.
  constexpr std::string_view kMadeUp = "crds/windlass.dev_boats.yaml";
  std::vector<std::string> missing;
  for (size_t begin = page.find('`'); begin != std::string::npos;) {
    const size_t end = std::min(page.find('`', begin + 1), page.size());
    const std::string text = page.substr(begin + 1, end - begin - 1);
    if (IsPathFromRoot(text) && text != kMadeUp && !IsThere(Docs().parent_path() / text)) {
      missing.push_back(text);
    }
    begin = page.find('`', end + 1);
  }
  for (size_t at = page.find("]("); at != std::string::npos; at = page.find("](", at + 1)) {
    const std::string link = page.substr(at + 2, page.find_first_of("#)", at) - at - 2);
    if (link.empty() || link.find("://") != std::string::npos) continue;  // a heading, or the web
    if (!fs::exists(Docs() / link)) missing.push_back(link);
  }
  return missing;
}

TEST_CASE("a page names no file and no folder that is not there") {
  const std::string name = GENERATE("adding.md", "glossary.md", "map.md");
  std::ifstream file(Docs() / name);
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE(page.size() > 1000);
  CAPTURE(name);
  CHECK(MissingIn(page) == std::vector<std::string>{});
}

TEST_CASE("a path that leads nowhere is found") {
  using Paths = std::vector<std::string>;
  CHECK(MissingIn("`cmd/windlass/flags.cc`, `docs/map.md") == Paths{});
  CHECK(MissingIn("see `cmd/windlass/none.cc`.") == Paths{"cmd/windlass/none.cc"});
  CHECK(MissingIn("`kubeclient/api/config_map.{h,cc}`") == Paths{});
  CHECK(MissingIn("`kubeclient/api/config_map.{h,go}`") ==
        Paths{"kubeclient/api/config_map.{h,go}"});
  CHECK(MissingIn("`cmd/windlass/*_none.cc`, `/readyz`") == Paths{"cmd/windlass/*_none.cc"});
  CHECK(MissingIn("[map](map.md#a), [web](https://windlass.dev/x), [here](#b)") == Paths{});
  CHECK(MissingIn("[rules](../cmd/none.h)") == Paths{"../cmd/none.h"});
}

}  // namespace
}  // namespace windlass::paths_test
