#include "test/tidy/cycles.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace windlass::tidy {
namespace {

// The place of an include: the file, and the line counted from 1.
struct Place {
  std::string path;
  size_t line = 0;

  std::string Text() const { return path + ":" + std::to_string(line); }
};

// The units or boxes that each unit or box includes, with the first include of each.
using Arrows = std::map<std::string, std::map<std::string, Place>>;

std::string BoxOf(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

// Returns "x/store" for x/store.h, x/store_inl.h, x/store_inl_replace.h and x/store.cc.
std::string UnitOf(std::string_view path) {
  path = path.substr(0, path.rfind('.'));
  const size_t part = path.rfind("_inl");
  const bool is_part = part != std::string_view::npos && path.find('/', part) == path.npos;
  const std::string_view rest = is_part ? path.substr(part + 4) : std::string_view("x");
  if (rest.empty() || rest.front() == '_') path = path.substr(0, part);
  return std::string(path);
}

// Returns the shortest cycle through `start`, beginning with `start`; empty if there is none.
std::vector<std::string> FindCycle(const Arrows& arrows, const std::string& start) {
  std::map<std::string, std::string> from;
  std::deque<std::string> next = {start};
  for (; !next.empty(); next.pop_front()) {
    const auto out = arrows.find(next.front());
    if (out == arrows.end()) continue;
    for (const auto& [to, place] : out->second) {
      if (!from.emplace(to, next.front()).second) continue;
      next.push_back(to);
    }
  }
  std::vector<std::string> way;
  if (!from.contains(start)) return way;
  for (std::string at = from[start]; at != start; at = from[at]) way.push_back(at);
  way.push_back(start);
  std::ranges::reverse(way);
  return way;
}

Finding Tell(const Arrows& arrows, const std::vector<std::string>& way) {
  std::string text = way.front();
  for (size_t i = 0; i < way.size(); ++i) {
    const std::string& to = way[(i + 1) % way.size()];
    text += " -> " + to + " (" + arrows.at(way[i]).at(to).Text() + ")";
  }
  const Place& first = arrows.at(way[0]).at(way[1 % way.size()]);
  return {first.path, first.line, "cycle", text};
}

// Adds one finding for each cycle that shares no member with an earlier one. When these cycles are
// cut, the next run shows the rest.
void FindCycles(const Arrows& arrows, std::vector<Finding>& findings) {
  std::set<std::string> told;
  for (const auto& [start, out] : arrows) {
    const std::vector<std::string> way = FindCycle(arrows, start);
    const bool known = std::ranges::any_of(way, [&](const auto& at) { return told.contains(at); });
    if (way.empty() || known) continue;
    told.insert(way.begin(), way.end());
    findings.push_back(Tell(arrows, way));
  }
}

}  // namespace

std::vector<Finding> CheckCycles(const std::vector<Source>& tree) {
  std::set<std::string> files;
  for (const Source& source : tree) {
    if (IsCpp(source.path)) files.insert(source.path);
  }
  Arrows units;
  Arrows boxes;
  for (const Source& source : tree) {
    if (!files.contains(source.path)) continue;
    for (size_t i = 0; i < source.code.size(); ++i) {
      const std::string to = IncludeOf(source, i).path;
      if (!files.contains(to)) continue;
      const bool inside = BoxOf(source.path) == BoxOf(to);
      Arrows& arrows = inside ? units : boxes;
      const auto name = inside ? UnitOf : BoxOf;
      if (name(source.path) == name(to)) continue;
      arrows[name(source.path)].emplace(name(to), Place{source.path, i + 1});
    }
  }
  std::vector<Finding> findings;
  FindCycles(units, findings);
  FindCycles(boxes, findings);
  return findings;
}

}  // namespace windlass::tidy
