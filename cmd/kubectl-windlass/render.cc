#include "cmd/kubectl-windlass/render.h"

#include <algorithm>
#include <map>

#include "cmd/kubectl-windlass/age_text.h"
#include "cmd/kubectl-windlass/table.h"

namespace windlass::cli {
namespace {

struct Row {
  std::vector<std::string> cells;
  Mood mood = Mood::kGood;
};

// How many Pods of each branch are shown; the others become one line.
using Shown = std::vector<size_t>;

// Returns how many lines a branch needs for its Pods.
size_t LinesFor(size_t shown, size_t pods) { return shown < pods ? shown + 1 : shown; }

// Returns how many Pods of each branch fit into `room` lines: the branch with the most Pods gives
// up its last ones first.
Shown Fit(const std::vector<size_t>& pods, std::optional<size_t> room) {
  Shown shown = pods;
  if (!room) return shown;
  const auto lines = [&] {
    size_t sum = 0;
    for (size_t i = 0; i < pods.size(); ++i) sum += LinesFor(shown[i], pods[i]);
    return sum;
  };
  for (size_t needed = lines(); needed > *room; needed = lines()) {
    const auto most = std::ranges::max_element(shown);
    if (most == shown.end() || *most == 0) break;
    --*most;
  }
  return shown;
}

// "… 212 more Running", "… 5 more: 3 Running, 2 Pending".
std::string MoreText(const std::vector<PodState>& pods, size_t shown) {
  std::map<std::string, int> counts;
  for (size_t i = shown; i < pods.size(); ++i) ++counts[pods[i].status];
  const std::string text = "… " + std::to_string(pods.size() - shown) + " more";
  if (counts.size() == 1) return text + ' ' + counts.begin()->first;
  std::string list;
  for (const auto& [status, count] : counts) {
    list += (list.empty() ? ": " : ", ") + std::to_string(count) + ' ' + status;
  }
  return text + list;
}

void AddPods(const std::vector<PodState>& pods, size_t shown, const std::string& indent,
             WallTime now, std::vector<Row>& rows) {
  const bool more = shown < pods.size();
  for (size_t i = 0; i < shown; ++i) {
    const PodState& pod = pods[i];
    const bool last = i + 1 == shown && !more;
    rows.push_back({{indent + (last ? "└─ " : "├─ ") + pod.name, pod.status, pod.ready,
                     std::to_string(pod.restarts), AgeText(pod.created, now),
                     pod.node.empty() ? "<none>" : pod.node, pod.why},
                    pod.mood});
  }
  if (more) rows.push_back({{indent + "└─ " + MoreText(pods, shown)}, Mood::kGood});
}

std::vector<Row> RowsOf(const Tree& tree, const Shown& shown) {
  std::vector<Row> rows;
  rows.push_back({{"NAME", "STATUS", "READY", "RESTARTS", "AGE", "NODE", "WHY"}});
  rows.push_back({{tree.name, tree.phase.empty() ? "-" : tree.phase, tree.ready, "",
                   AgeText(tree.created, tree.now), "", ""},
                  tree.mood});
  for (size_t i = 0; i < tree.replica_sets.size(); ++i) {
    const ReplicaSetBranch& branch = tree.replica_sets[i];
    const bool last = i + 1 == tree.replica_sets.size();
    rows.push_back({{(last ? "└─ " : "├─ ") + branch.name, branch.status, branch.ready, "",
                     AgeText(branch.created, tree.now), "", branch.why},
                    branch.mood});
    AddPods(branch.pods, shown[i], last ? "   " : "│  ", tree.now, rows);
  }
  AddPods(tree.pods, shown.back(), "", tree.now, rows);
  return rows;
}

// Takes out old ReplicaSets that have no Pods and should have none. Returns how many.
size_t TakeOutEmpty(Tree& tree) {
  return std::erase_if(tree.replica_sets, [](const ReplicaSetBranch& branch) {
    return branch.pods.empty() && branch.ready == "0/0" && branch.why == "old";
  });
}

std::string Coloured(const std::string& line, Mood mood) {
  switch (mood) {
    case Mood::kGood: return line;
    case Mood::kWaiting: return "\x1b[33m" + line + "\x1b[0m";
    case Mood::kBad: return "\x1b[31m" + line + "\x1b[0m";
  }
  return line;
}

// Cuts to `width` characters.
std::string Cut(const std::string& line, size_t width) {
  if (WidthOf(line) <= width) return line;
  std::string cut;
  size_t characters = 0;
  for (const char c : line) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && ++characters > width - 1) break;
    cut += c;
  }
  return cut + "…";
}

}  // namespace

std::vector<std::string> CutToSize(std::vector<std::string> lines, const TerminalSize& size) {
  const auto height = static_cast<size_t>(std::max(2, size.height - 1));
  if (lines.size() > height) {
    const size_t left_out = lines.size() - height + 1;
    lines.resize(height - 1);
    lines.push_back("… " + std::to_string(left_out) + " more lines");
  }
  for (std::string& line : lines) line = Cut(line, static_cast<size_t>(std::max(2, size.width)));
  return lines;
}

std::vector<std::string> RenderTree(const Tree& whole, const RenderOptions& options) {
  Tree tree = whole;
  const size_t empty = options.size ? TakeOutEmpty(tree) : 0;
  std::vector<std::vector<std::string>> header;
  header.reserve(tree.header.size());
  for (const auto& [key, value] : tree.header) header.push_back({key, value});
  std::vector<std::string> lines = TableLines(header);
  lines.emplace_back();

  std::vector<size_t> pods;
  pods.reserve(tree.replica_sets.size() + 1);
  for (const ReplicaSetBranch& branch : tree.replica_sets) pods.push_back(branch.pods.size());
  pods.push_back(tree.pods.size());
  std::optional<size_t> room;
  if (options.size) {
    const size_t fixed = lines.size() + 2 + tree.replica_sets.size() + (empty > 0 ? 1 : 0);
    const auto height = static_cast<size_t>(std::max(2, options.size->height - 1));
    room = height > fixed ? height - fixed : 0;
  }
  std::vector<Row> rows = RowsOf(tree, Fit(pods, room));
  if (empty > 0) {
    rows.push_back({{"… " + std::to_string(empty) + " old ReplicaSets without Pods"}});
  }
  std::vector<std::vector<std::string>> cells;
  cells.reserve(rows.size());
  for (const Row& row : rows) cells.push_back(row.cells);
  const size_t table = lines.size();
  for (std::string& line : TableLines(cells)) lines.push_back(std::move(line));
  if (options.size) lines = CutToSize(std::move(lines), *options.size);
  if (!options.colour) return lines;
  for (size_t i = 0; i < rows.size() && table + i < lines.size(); ++i) {
    lines[table + i] = Coloured(lines[table + i], rows[i].mood);
  }
  return lines;
}

}  // namespace windlass::cli
