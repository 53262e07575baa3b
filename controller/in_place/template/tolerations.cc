#include "controller/in_place/template/tolerations.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "kubeclient/api/json_value.h"

namespace windlass::in_place {
namespace {

// Returns the toleration's text without tolerationSeconds.
std::string WithoutSeconds(const Json& toleration) {
  Json rest = toleration;
  if (rest.is_object()) rest.erase("tolerationSeconds");
  return DumpJson(rest);
}

std::vector<Json> ListOf(const Json& json) {
  return json.is_array() ? json.get<std::vector<Json>>() : std::vector<Json>();
}

// The tolerations of a list that are not matched yet, by their text. Take removes the first
// toleration with the given text and returns its index; nullopt if there is no such toleration.
class Unclaimed {
 public:
  void Add(std::string text, size_t index) { by_text_.emplace(std::move(text), index); }
  std::optional<size_t> Take(const std::string& text) {
    const auto found = by_text_.lower_bound(text);
    if (found == by_text_.end() || found->first != text) return std::nullopt;
    const size_t index = found->second;
    by_text_.erase(found);
    return index;
  }

 private:
  std::multimap<std::string, size_t> by_text_;
};

}  // namespace

TolerationDiff CompareTolerations(const Json& host, const Json& target) {
  const std::vector<Json> from = ListOf(host);
  const std::vector<Json> to = ListOf(target);
  std::vector<bool> kept(from.size());
  std::vector<bool> claimed(to.size());

  Unclaimed whole;
  for (size_t i = 0; i < to.size(); ++i) whole.Add(DumpJson(to[i]), i);
  for (size_t i = 0; i < from.size(); ++i) {
    const auto same = whole.Take(DumpJson(from[i]));
    kept[i] = same.has_value();
    if (same) claimed[*same] = true;
  }

  TolerationDiff diff;
  Unclaimed without_seconds;
  for (size_t i = 0; i < to.size(); ++i) {
    if (!claimed[i]) without_seconds.Add(WithoutSeconds(to[i]), i);
  }
  for (size_t i = 0; i < from.size(); ++i) {
    if (kept[i]) continue;
    const auto other = without_seconds.Take(WithoutSeconds(from[i]));
    if (!other) {
      if (!diff.lost) diff.lost = i;
      continue;
    }
    claimed[*other] = true;
    diff.changes.push_back({DumpJson(from[i]), DumpJson(to[*other])});
  }
  for (size_t i = 0; i < to.size(); ++i) {
    if (!claimed[i]) diff.changes.push_back({std::nullopt, DumpJson(to[i])});
  }
  return diff;
}

std::vector<TolerationEdit> EditsFor(const std::vector<Json>& present,
                                     const std::vector<TolerationChange>& changes) {
  Unclaimed whole;
  Unclaimed without_seconds;
  std::set<std::string> texts;
  for (size_t i = 0; i < present.size(); ++i) {
    const std::string text = DumpJson(present[i]);
    texts.insert(text);
    whole.Add(text, i);
    without_seconds.Add(WithoutSeconds(present[i]), i);
  }
  std::vector<bool> claimed(present.size());
  std::vector<TolerationEdit> edits;
  for (const TolerationChange& change : changes) {
    if (texts.contains(change.to)) continue;
    std::optional<size_t> place = change.from ? whole.Take(*change.from) : std::nullopt;
    const std::string rest = WithoutSeconds(Json::parse(change.to, nullptr, false));
    // Another client changed tolerationSeconds: find the toleration by the rest of its text.
    while (change.from && (!place || claimed[*place])) {
      place = without_seconds.Take(rest);
      if (!place) break;
    }
    if (place) claimed[*place] = true;
    edits.push_back({place, change.to});
  }
  return edits;
}

}  // namespace windlass::in_place
