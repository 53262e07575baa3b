#include "test/tidy/rules.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace windlass::tidy {
namespace {

using Names = std::vector<std::string_view>;

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool Within(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.substr(folder.size()).starts_with("/");
}

// A folder that ends in "/" stands for its own files alone.
bool WithinAny(std::string_view path, const Names& folders) {
  return std::ranges::any_of(folders, [&](std::string_view folder) {
    if (folder.ends_with('/')) return path == folder.substr(0, folder.size() - 1);
    return path == folder || Within(path, folder);
  });
}

// Returns true for a C++ file of the product.
bool IsProduct(const Source& source) {
  return IsCpp(source.path) && WithinAny(source.path, {"cmd", "controller", "kubeclient"});
}

// Returns true if `text` has `word` as a word of its own. "word(" also finds `word (`.
bool Holds(std::string_view text, std::string_view word) {
  const bool call = word.ends_with("(");
  if (call) word.remove_suffix(1);
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::string_view rest = text.substr(at + word.size());
    if (at > 0 && IsWord(text[at - 1]) && IsWord(word.front())) continue;
    if (!rest.empty() && IsWord(rest.front()) && IsWord(word.back())) continue;
    if (!call || rest.substr(std::min(rest.find_first_not_of(' '), rest.size())).starts_with("(")) {
      return true;
    }
  }
  return false;
}

constexpr std::string_view kBase = "kubeclient/base";
constexpr std::string_view kApi = "kubeclient/api";
constexpr std::string_view kTransport = "kubeclient/transport";
constexpr std::string_view kConfig = "kubeclient/config";
constexpr std::string_view kClient = "kubeclient/client";
constexpr std::string_view kCache = "kubeclient/cache";
constexpr std::string_view kCore = "controller/core";
constexpr std::string_view kOwnApi = "controller/api";
constexpr std::string_view kCount = "controller/count";
constexpr std::string_view kRuntime = "controller/runtime";
constexpr std::string_view kKind = "controller/kind";
constexpr std::string_view kKindValues = "controller/kind/";
constexpr std::string_view kWorkload = "controller/workload";
constexpr std::string_view kValues = "controller/workload/";
constexpr std::string_view kWorkloadWatch = "controller/workload/watch";
constexpr std::string_view kRequests = "controller/workload/requests";
constexpr std::string_view kInPlace = "controller/in_place";
constexpr std::string_view kTemplate = "controller/in_place/template";
constexpr std::string_view kPod = "controller/in_place/pod";
constexpr std::string_view kBatch = "controller/in_place/batch";
constexpr std::string_view kTraffic = "controller/in_place/traffic";
// The rooms of the planner: each sees those before it.
const Names kRooms = {
    "controller/workload/annotations", kRequests,
    "controller/workload/ownership",   "controller/workload/revisions",
    "controller/workload/sizes",       "controller/workload/status",
    "controller/workload/actions",     "controller/workload/planner",
};

// Returns true if the file may include headers of controller/in_place: a file of that folder, a
// test, or the one file in which a kind registers updates in place.
bool MaySeeInPlace(std::string_view path) {
  return WithinAny(path, {kInPlace, "test"}) || path.ends_with("_controller.cc");
}

// Returns the folder whose row of arrows applies to a file: the file's own folder below kubeclient
// and controller, else the top-level folder.
std::string BoxOf(std::string_view path) {
  const std::string_view top = path.substr(0, path.find('/'));
  if (top != "kubeclient" && top != "controller") return std::string(top);
  return std::string(path.substr(0, path.rfind('/')));
}

// Returns the boxes that a room of the planner may include besides itself.
Names MayIncludeIn(Names::const_iterator room) {
  Names boxes(kRooms.begin(), room);
  boxes.insert(boxes.end(), {kValues, kCount, kCore, kApi, kBase});
  return boxes;
}

// Returns the boxes that a box may include besides itself (CONTRIBUTING.md); kAnything for test.
const Names kAnything = {"kubeclient", "controller", "cmd"};
Names MayInclude(std::string_view box) {
  static const std::map<std::string_view, Names> kArrows = {
      {kBase, {}},
      {kApi, {kBase}},
      {kTransport, {kBase}},
      {kConfig, {kTransport, kBase}},
      {kClient, {kTransport, kApi, kBase}},
      {kCache, {kClient, kTransport, kApi, kBase}},
      {"kubeclient/lease", {kCache, kClient, kTransport, kApi, kBase}},
      {kCount, {kApi, kBase}},
      {kOwnApi, {kCore, kApi, kBase}},
      {kWorkload, {kCount, kCore, kApi, kBase}},
      {kTemplate, {kApi, kBase}},
      {kPod, {kTemplate, kCount, kApi, kBase}},
      {kBatch, {kPod, kTemplate, kApi, kBase}},
      {kTraffic, {kPod, kTemplate, kApi, kBase}},
      {"controller/in_place/phases",
       {kTemplate, kPod, kBatch, kTraffic, kWorkload, kCore, kApi, kBase}},
      {kRuntime, {"kubeclient", kCore}},  // no kind
      // What every custom resource needs: no workload, no Pods.
      {kKind, {kCore, kApi, kBase}},
      {"controller/kind/watch", {"kubeclient", kKindValues, kRuntime, kCore}},
      {kWorkloadWatch, {"kubeclient", kWorkload, kRuntime, kCore}},
      {"controller/in_place/watch",
       {"kubeclient", kInPlace, kWorkloadWatch, kRequests, kRuntime, kCore}},
      {"controller/replication_controller", {kKindValues, kCount, kOwnApi, kCore, kApi, kBase}},
      {"controller/replication_controller/watch",
       {"kubeclient", "controller/replication_controller", kKind, kWorkload, kRuntime, kOwnApi,
        kCore}},
      // A kind: everything but another kind.
      {"controller/deployment", {"kubeclient", kInPlace, kWorkload, kRuntime, kOwnApi, kCore}},
      {"controller/rollout", {"kubeclient", kInPlace, kKind, kWorkload, kRuntime, kOwnApi, kCore}},
      {"cmd", {"kubeclient", "controller"}},
      {"examples", {"kubeclient"}},
      {"test", kAnything},
  };
  if (const auto row = kArrows.find(box); row != kArrows.end()) return row->second;
  if (const auto room = std::ranges::find(kRooms, box); room != kRooms.end()) {
    return MayIncludeIn(room);
  }
  return box.starts_with("controller") ? Names{kCore, kApi, kBase} : Names{};
}

std::vector<Finding> FindWords(const Source& source, const Names& words, const std::string& rule,
                               const std::string& why) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < source.code.size(); ++i) {
    for (const std::string_view word : words) {
      if (Holds(source.code[i], word)) {
        findings.push_back({source.path, i + 1, rule, std::string(word) + ": " + why});
      }
    }
  }
  return findings;
}

size_t Columns(std::string_view line) {
  return static_cast<size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Returns true if the reminder names its issue: the word, then "(#12)".
bool NamesIssue(std::string_view line, std::string_view reminder) {
  const std::string_view rest = line.substr(line.find(reminder) + reminder.size());
  return rest.starts_with("(#") && rest.size() > 2 &&
         std::isdigit(static_cast<unsigned char>(rest[2])) != 0;
}

// Returns true if the code looks into a message at `at`, where the word begins: "message.find(",
// "message().starts_with(".
bool LooksInto(std::string_view code, size_t at) {
  std::string_view rest = code.substr(at);
  rest.remove_prefix(static_cast<size_t>(std::ranges::find_if_not(rest, IsWord) - rest.begin()));
  if (rest.starts_with("()")) rest.remove_prefix(2);
  return std::ranges::any_of(Names{".find(", ".starts_with(", ".ends_with(", ".contains("},
                             [&](std::string_view call) { return rest.starts_with(call); });
}

}  // namespace

std::string Finding::Text() const {
  return path + ":" + std::to_string(line) + ": " + rule + ": " + what;
}

std::vector<Finding> CheckArrows(const Source& source) {
  if (!IsCpp(source.path)) return {};
  const std::string box = BoxOf(source.path);
  const Names allowed = MayInclude(box);
  std::vector<Finding> findings;
  for (size_t i = 0; i < source.code.size(); ++i) {
    const Include include = IncludeOf(source, i);
    if (!include.quoted || include.path == "windlass_version.h") continue;
    const std::string other = BoxOf(include.path);
    // In place may include what a planner is given.
    const bool vocabulary =
        Within(box, kInPlace) && (include.path == "controller/workload/workload.h" ||
                                  include.path == "controller/workload/workload_kind.h" ||
                                  include.path == "controller/workload/view.h" ||
                                  include.path == "controller/workload/in_place_annotations.h");
    if (include.path.find('/') == std::string::npos) {
      findings.push_back({source.path, i + 1, "arrow", include.path + ": not from the root"});
    } else if (other != box && !vocabulary && !WithinAny(other, allowed)) {
      findings.push_back({source.path, i + 1, "arrow", box + " must not include " + include.path});
    } else if (Within(include.path, kInPlace) && !MaySeeInPlace(source.path)) {
      findings.push_back({source.path, i + 1, "arrow",
                          include.path + ": only a kind's …_controller.cc sees updates in place"});
    }
  }
  return findings;
}

std::vector<Finding> CheckWorld(const Source& source) {
  if (!IsCpp(source.path)) return {};
  static const Names kSleeps = {"sleep(", "usleep(", "nanosleep(", "sleep_for", "sleep_until"};
  static const Names kWorld = {"system_clock::now",
                               "steady_clock::now",
                               "high_resolution_clock",
                               "clock_gettime",
                               "gettimeofday",
                               "time(",
                               "rand(",
                               "random_device",
                               "getrandom",
                               "getenv",
                               "secure_getenv",
                               "socket(",
                               "connect(",
                               "open(",
                               "fopen(",
                               "ifstream",
                               "ofstream",
                               "fstream"};
  if (Within(source.path, "test")) {
    return FindWords(source, kSleeps, "world", "tests wait for conditions, they never sleep");
  }
  if (WithinAny(source.path, {kBase, kTransport, kConfig, "cmd"})) return {};
  const std::string why = "only base, transport, config and cmd touch the outside world";
  std::vector<Finding> findings = FindWords(source, kSleeps, "world", why);
  const std::vector<Finding> more = FindWords(source, kWorld, "world", why);
  findings.insert(findings.end(), more.begin(), more.end());
  return findings;
}

std::vector<Finding> CheckLibraries(const Source& source) {
  if (!IsCpp(source.path)) return {};
  const bool test = Within(source.path, "test");
  std::vector<Finding> findings;
  const auto find = [&](size_t line, const std::string& what) {
    findings.push_back({source.path, line + 1, "library", what});
  };
  for (size_t i = 0; i < source.code.size(); ++i) {
    const Include include = IncludeOf(source, i);
    if (include.path.empty() || include.quoted) continue;
    const std::string& path = include.path;
    const bool standard = path.find_first_of("/.") == std::string::npos;
    if (Within(path, "cpprest") && source.path != "kubeclient/transport/cpprest_transport.cc" &&
        !Within(source.path, "test/unit/transport")) {
      find(i, path + ": only kubeclient/transport/cpprest_transport.cc sees cpprestsdk");
    } else if (Within(path, "catch2") && !source.path.starts_with("test/catch")) {
      find(i, path + ": through test/catch.h");
    } else if (!test && IsHeader(source.path) && !standard && path != "nlohmann/json_fwd.hpp" &&
               source.path != "cmd/kubectl-windlass/json.h") {
      find(i, path + ": belongs in the .cc file");
    }
  }
  return findings;
}

std::vector<Finding> CheckSize(const Source& source) {
  constexpr std::string_view kCode[] = {".cc", ".h", ".go", ".sh", ".cmake", "CMakeLists.txt"};
  if (std::ranges::none_of(kCode, [&](auto end) { return source.path.ends_with(end); })) return {};
  std::vector<Finding> findings;
  for (size_t i = 0; i < source.lines.size() && !source.path.ends_with(".go"); ++i) {
    const size_t columns = Columns(source.lines[i]);
    if (columns > kColumnsMax) {
      findings.push_back({source.path, i + 1, "columns", std::to_string(columns) + " columns"});
    }
  }
  if (source.lines.size() > kLinesMax) {
    findings.push_back({source.path, source.lines.size(), "length",
                        "more than " + std::to_string(kLinesMax) + " lines: split it"});
  }
  return findings;
}

std::vector<Finding> CheckHeader(const Source& source) {
  if (!IsHeader(source.path)) return {};
  std::vector<Finding> findings;
  if (source.lines.empty() || !source.lines[0].starts_with("// ")) {
    findings.push_back({source.path, 1, "header", "begins without saying what it is"});
  }
  if (std::ranges::find(source.code, "#pragma once") == source.code.end()) {
    findings.push_back({source.path, 1, "header", "has no #pragma once"});
  }
  return findings;
}

std::vector<Finding> CheckNames(const Source& source) {
  if (!IsCpp(source.path)) return {};
  std::vector<Finding> findings;
  for (size_t i = 0; i < source.code.size(); ++i) {
    const std::string_view line = source.code[i];
    for (const std::string_view keyword : {"class ", "struct "}) {
      const size_t at = line.find(keyword);
      if (at == std::string_view::npos || (at > 0 && IsWord(line[at - 1]))) continue;
      const std::string_view rest = line.substr(at + keyword.size());
      const auto end = std::ranges::find_if_not(rest, IsWord);
      const std::string_view name(rest.begin(), end);
      const bool pimpl = name == "Impl";
      const Names endings = {"Manager", "Helper", "Helpers", "Util", "Utils", "Impl"};
      if (!pimpl && std::ranges::any_of(endings, [&](auto e) { return name.ends_with(e); })) {
        findings.push_back({source.path, i + 1, "name", std::string(name) + " says nothing"});
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckNamespaces(const Source& source) {
  if (!source.path.ends_with("_test.cc")) return {};
  const size_t slash = source.path.find_last_of('/') + 1;
  const std::string name = source.path.substr(slash, source.path.size() - slash - 3);
  for (size_t i = 0; i < source.code.size(); ++i) {
    const std::string_view line = source.code[i];
    if (!line.starts_with("namespace ")) continue;
    if (line.ends_with("::" + name + " {")) return {};
    return {{source.path, i + 1, "namespace", "is not the namespace of this test, " + name}};
  }
  return {{source.path, 1, "namespace", "has no namespace " + name}};
}

std::vector<Finding> CheckPlain(const Source& source) {
  // "is none" is not in the list: "null if there is none" is how a comment says so.
  static const Names kHard = {"whoever",      "nobody",  "somebody", "so many", "as ever",
                              "all the same", "by then", "is told",  "is said", "that that"};
  std::vector<Finding> findings;
  if (!IsProduct(source)) return findings;
  for (size_t i = 0; i < source.lines.size(); ++i) {
    for (const std::string_view words : kHard) {
      std::string first(words);  // as the first words of a sentence
      first[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(first[0])));
      if (!Holds(source.lines[i], words) && !Holds(source.lines[i], first)) continue;
      findings.push_back(
          {source.path, i + 1, "plain", "\"" + std::string(words) + "\": say it in plain English"});
    }
  }
  return findings;
}

std::vector<Finding> CheckMessages(const Source& source) {
  // Texts of others, or of an API that has no field for it.
  static const Names kNoField = {
      // The API server tells some refusals apart by their texts alone; they stand together here.
      "kubeclient/client/from_http.cc",
      // The ReplicaSet controller's condition has the quota in its message.
      "controller/workload/watch/rollout_state.cc",
      // A Deployment's conditions are upstream's: what they are about stands in their messages.
      "controller/workload/status/progress.cc",
      // Of what was reported before a restart, only the message of the condition is stored.
      "controller/in_place/phases/status.cc",
  };
  if (!IsProduct(source) || std::ranges::find(kNoField, source.path) != kNoField.end()) return {};
  std::vector<Finding> findings;
  for (size_t i = 0; i < source.code.size(); ++i) {
    const std::string_view line = source.code[i];
    for (size_t at = line.find("essage"); at != line.npos; at = line.find("essage", at + 1)) {
      if (!LooksInto(line, at)) continue;
      findings.push_back({source.path, i + 1, "message", "a message is read: decide on a value"});
    }
  }
  return findings;
}

std::vector<Finding> CheckLooseEnds(const Source& source) {
  // In two halves, so that this file passes its own rule.
  static const std::vector<std::string> kReminders = {
      "TO"
      "DO",
      "FIX"
      "ME"};
  static const std::vector<std::string> kMachine = {
      "/wo"
      "rk/",
      "/ro"
      "ot/"};
  std::vector<Finding> findings;
  for (size_t i = 0; i < source.lines.size(); ++i) {
    const std::string& line = source.lines[i];
    for (const std::string& reminder : kReminders) {
      if (Holds(line, reminder) && !NamesIssue(line, reminder)) {
        findings.push_back({source.path, i + 1, "loose end", reminder + " without an issue"});
      }
    }
    for (const std::string& folder : kMachine) {
      const size_t at = line.find(folder);
      if (at != std::string::npos && (at == 0 || (!IsWord(line[at - 1]) && line[at - 1] != '.'))) {
        findings.push_back({source.path, i + 1, "loose end", folder + " is a path of one machine"});
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckAll(const Source& source) {
  std::vector<Finding> all;
  for (const auto check :
       {CheckArrows, CheckWorld, CheckLibraries, CheckSize, CheckHeader, CheckNames,
        CheckNamespaces, CheckMessages, CheckPlain, CheckLooseEnds}) {
    const std::vector<Finding> found = check(source);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace windlass::tidy
