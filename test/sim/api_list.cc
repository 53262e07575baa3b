#include "test/sim/api_list.h"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "test/sim/api_selector.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kContinueExpired =
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a "
    "new list without the continue parameter, or use the continue token in this response to "
    "retrieve "
    "the remainder of the results. Continuing with the provided token results in an inconsistent "
    "list "
    "- objects that were created, modified, or deleted between the time the first chunk was "
    "returned "
    "and now may show up in the list.";

// A page begins after this object, in the state at this revision.
struct Position {
  uint64_t revision = 0;
  std::string namespace_;
  std::string name;
};

// Returns "<revision>/<namespace>/<name>". The token is opaque to clients, like upstream's base64.
std::string ToToken(const Position& position) {
  return std::to_string(position.revision) + "/" + position.namespace_ + "/" + position.name;
}

std::optional<Position> FromToken(const std::string& token) {
  Position position;
  const char* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, position.revision);
  if (error != std::errc() || stop == end || *stop != '/') return std::nullopt;
  const std::string_view rest(stop + 1, static_cast<size_t>(end - stop - 1));
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  position.namespace_ = rest.substr(0, slash);
  position.name = rest.substr(slash + 1);
  return position;
}

std::optional<ApiAnswer> CheckOptions(const ApiPath& path) {
  Causes causes;
  const std::string match = path.Query("resourceVersionMatch");
  const std::string version = path.Query("resourceVersion");
  if (!match.empty() && version.empty()) {
    causes.push_back(
        ForbiddenField("resourceVersionMatch",
                       "resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
  if (!path.Query("sendInitialEvents").empty()) {
    causes.push_back(
        ForbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  if (!causes.empty()) return InvalidListOptions(causes);
  if (!path.Query("continue").empty() && !version.empty() && version != "0") {
    return BadRequest("specifying resource version is not allowed when using continue");
  }
  return std::nullopt;
}

struct Page {
  Json items = Json::array();
  int64_t left = 0;
  Position last;
};

Page TakePage(const std::map<StoreKey, Object>& state, const Position& from,
              const ObjectFilter& filter, int64_t limit, Shape shape, bool custom) {
  Page page;
  for (const auto& [key, object] : state) {
    if (std::tie(key.namespace_, key.name) <= std::tie(from.namespace_, from.name)) continue;
    if (!filter.Matches(*object)) continue;
    if (limit > 0 && static_cast<int64_t>(page.items.size()) == limit) {
      ++page.left;
      continue;
    }
    Json item = ShownAs(shape, *object);
    // The items of a typed list do not repeat their kind. Custom resources and metadata do.
    if (shape == Shape::kFull && !custom) {
      item.erase("kind");
      item.erase("apiVersion");
    }
    page.items.push_back(std::move(item));
    page.last = {from.revision, key.namespace_, key.name};
  }
  return page;
}

Json ListBody(const ApiResource& resource, Shape shape, Page page, uint64_t revision,
              bool filtered) {
  const bool metadata = shape == Shape::kMetadata;
  Json meta = {{"resourceVersion", std::to_string(revision)}};
  if (page.left > 0) {
    meta["continue"] = ToToken(page.last);
    if (!filtered) meta["remainingItemCount"] = page.left;
  }
  Json body = {
      {"kind", metadata ? "PartialObjectMetadataList" : std::string(resource.kind) + "List"},
      {"apiVersion", metadata ? "meta.k8s.io/v1" : resource.GroupVersion()},
      {"metadata", std::move(meta)}};
  // The real server writes null for an empty list of metadata.
  body["items"] = metadata && page.items.empty() ? Json() : std::move(page.items);
  return body;
}

}  // namespace

Json ShownAs(Shape shape, const Json& object) {
  if (shape == Shape::kFull) return object;
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", At(object, {"metadata"})}};
}

std::variant<uint64_t, ApiAnswer> ParseRevision(const std::string& text) {
  uint64_t value = 0;
  if (text.empty()) return value;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end) return value;
  return BadRequest("invalid resource version: resourceVersion: Invalid value: \"" + text +
                    "\": strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
}

ApiAnswer ListObjects(const ObjectStore& store, const ApiPath& path, Shape shape) {
  if (auto refused = CheckOptions(path)) return *refused;
  ObjectFilter filter;
  if (auto refused = ParseFilter(path, filter)) return *refused;
  auto version = ParseRevision(path.Query("resourceVersion"));
  if (auto* refused = std::get_if<ApiAnswer>(&version)) return *refused;
  const uint64_t asked = std::get<uint64_t>(version);
  if (asked > store.revision()) {
    return TooLargeResourceVersion(std::to_string(asked), store.revision());
  }
  int64_t limit = 0;
  const std::string limit_text = path.Query("limit");
  std::from_chars(limit_text.data(), limit_text.data() + limit_text.size(), limit);
  // "Any version" is served from the watch cache, which does not page.
  if (path.Query("resourceVersion") == "0") limit = 0;

  Position from{.revision = store.revision(), .namespace_ = {}, .name = {}};
  if (path.Query("resourceVersionMatch") == "Exact") from.revision = asked;
  const std::string token = path.Query("continue");
  if (!token.empty()) {
    const auto position = FromToken(token);
    if (!position) return BadRequest("invalid continue token: continue key is not valid");
    from = *position;
  }
  if (from.revision < store.compacted()) return Expired(std::string(kContinueExpired));
  const ApiResource& resource = *path.resource;
  const auto state = store.ListAt(resource.resource, path.namespace_, from.revision);
  const bool filtered = !filter.labels.empty() || !filter.fields.empty();
  return Answer(200,
                MakeObject(ListBody(resource, shape,
                                    TakePage(state, from, filter, limit, shape, resource.custom),
                                    from.revision, filtered)));
}

}  // namespace windlass::sim
