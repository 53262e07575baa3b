#include "cmd/kubectl-windlass/render.h"

#include <algorithm>
#include <map>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/table.h"

namespace windlass::cli {
namespace {

// The characters that a tree is drawn with.
struct Glyphs {
  const char* inner;  // before all children but the last one
  const char* last;
  const char* bar;  // from one child to the next
  const char* more;
};

const Glyphs& GlyphsOf(const RenderOptions& options) {
  static constexpr Glyphs kUnicode{"├─ ", "└─ ", "│", "…"};
  static constexpr Glyphs kAscii{"+- ", "`- ", "|", "..."};
  return options.ascii ? kAscii : kUnicode;
}

// A row of the drawing: an object of the tree, the headings, or a text such as "… 5 more: 3
// Running, 2 Pending".
struct Row {
  TableRow table;
  Mood mood = Mood::kGood;
};

// How many lines the Pods of one branch of the tree take, and how many of these Pods are not
// available.
struct Heights {
  std::vector<size_t> lines;  // lines[n]: of the first n Pods together
  size_t bad = 0;             // the Pods that are not available; they come first
};

class Drawing {
 public:
  // `brief`: without the columns RESTARTS, AGE and NODE.
  Drawing(const Tree& tree, const RenderOptions& options, bool brief)
      : tree_(tree), options_(options), glyphs_(GlyphsOf(options)), brief_(brief) {}

  // For each branch, how many of its Pods are shown. One line stands for its other Pods.
  using Shown = std::vector<size_t>;

  Shown All() const;
  std::vector<Row> RowsOf(const Shown& shown, size_t left_out_sets) const;
  // Returns how many Pods of each branch fit into `room` lines.
  Shown Fit(const TableLayout& layout, size_t room) const;
  // Returns the lines of one row. If the output has a height, returns at most half as many lines as
  // that height, but at least one. The last line then says how many lines are left out.
  std::vector<std::string> LinesOf(const TableLayout& layout, const Row& row) const;

 private:
  std::string Text(const std::string& text) const {
    return Printable(text, options_.ascii_texts());
  }
  // Returns the Pods of branch `i`. Each element of `tree_.replica_sets` is a branch. One more
  // branch follows, which has the Pods of a ReplicationController without an update.
  const std::vector<PodState>& PodsOf(size_t i) const {
    return i < tree_.replica_sets.size() ? tree_.replica_sets[i].pods : tree_.pods;
  }
  std::vector<std::string> Cells(std::vector<std::string> all) const;
  Row RowOf(const PodState& pod, const std::string& indent, bool last) const;
  std::string MoreText(const std::vector<PodState>& pods, size_t shown) const;
  void AddPods(const std::vector<PodState>& pods, size_t shown, const std::string& indent,
               std::vector<Row>& rows) const;

  const Tree& tree_;
  const RenderOptions& options_;
  const Glyphs& glyphs_;
  const bool brief_;
};

Drawing::Shown Drawing::All() const {
  Shown shown;
  for (size_t i = 0; i <= tree_.replica_sets.size(); ++i) shown.push_back(PodsOf(i).size());
  return shown;
}

// Returns "… 212 more Running" or "… 5 more: 3 Running, 2 Pending".
std::string Drawing::MoreText(const std::vector<PodState>& pods, size_t shown) const {
  std::map<std::string, int> counts;
  for (size_t i = shown; i < pods.size(); ++i) ++counts[Text(pods[i].status)];
  const std::string text = glyphs_.more + (' ' + std::to_string(pods.size() - shown)) + " more";
  if (counts.size() == 1) return text + ' ' + counts.begin()->first;
  std::string list;
  for (const auto& [status, count] : counts) {
    list += (list.empty() ? ": " : ", ") + std::to_string(count) + ' ' + status;
  }
  return text + list;
}

std::vector<std::string> Drawing::Cells(std::vector<std::string> all) const {
  constexpr std::ptrdiff_t kRestarts = 3;
  constexpr std::ptrdiff_t kWhy = 6;
  if (brief_) all.erase(all.begin() + kRestarts, all.begin() + kWhy);
  return all;
}

Row Drawing::RowOf(const PodState& pod, const std::string& indent, bool last) const {
  return {{Cells({Text(pod.name), Text(pod.status), pod.ready, std::to_string(pod.restarts),
                  AgeText(pod.created, tree_.now), pod.node.empty() ? "<none>" : Text(pod.node),
                  Text(pod.why)}),
           indent + (last ? glyphs_.last : glyphs_.inner), last ? indent : indent + glyphs_.bar},
          pod.mood};
}

void Drawing::AddPods(const std::vector<PodState>& pods, size_t shown, const std::string& indent,
                      std::vector<Row>& rows) const {
  const bool more = shown < pods.size();
  for (size_t i = 0; i < shown; ++i) {
    rows.push_back(RowOf(pods[i], indent, i + 1 == shown && !more));
  }
  if (more) {
    rows.push_back({{{MoreText(pods, shown)}, indent + glyphs_.last, indent, /*spans=*/true}});
  }
}

std::vector<Row> Drawing::RowsOf(const Shown& shown, size_t left_out_sets) const {
  std::vector<Row> rows;
  rows.push_back({{Cells({"NAME", "STATUS", "READY", "RESTARTS", "AGE", "NODE", "WHY"})}});
  const std::string bar = glyphs_.bar;
  const bool children = !tree_.replica_sets.empty() || !tree_.pods.empty();
  rows.push_back({{Cells({Text(tree_.name), tree_.phase.empty() ? "-" : Text(tree_.phase),
                          tree_.ready, "", AgeText(tree_.created, tree_.now), "", ""}),
                   "", children ? bar : ""},
                  tree_.mood});
  for (size_t i = 0; i < tree_.replica_sets.size(); ++i) {
    const ReplicaSetBranch& branch = tree_.replica_sets[i];
    const bool last = i + 1 == tree_.replica_sets.size();
    const std::string indent = last ? "   " : bar + "  ";
    rows.push_back(
        {{Cells({Text(branch.name), Text(branch.status), branch.ready, "",
                 AgeText(branch.created, tree_.now), "", Text(branch.why)}),
          last ? glyphs_.last : glyphs_.inner, branch.pods.empty() ? indent : indent + bar},
         branch.mood});
    AddPods(branch.pods, shown[i], indent, rows);
  }
  AddPods(tree_.pods, shown.back(), "", rows);
  if (left_out_sets > 0) {
    const std::string count = std::to_string(left_out_sets);
    const std::string text = glyphs_.more + (' ' + count) + " old ReplicaSets without Pods";
    rows.push_back({{{text}, "", "", /*spans=*/true}});
  }
  return rows;
}

std::vector<std::string> Drawing::LinesOf(const TableLayout& layout, const Row& row) const {
  std::vector<std::string> lines = layout.LinesOf(row.table);
  if (!options_.height) return lines;
  const size_t most = std::max<size_t>(1, *options_.height / 2);
  if (lines.size() <= most) return lines;
  const std::string left_out = std::to_string(lines.size() - most + 1);
  lines.resize(most);
  lines.back() = layout.Below(row.table, glyphs_.more + (' ' + left_out) + " more lines");
  return lines;
}

// Returns how many Pods of each branch to show, so that the Pods fit into `room` lines. In each
// branch, available Pods come last. While the Pods do not fit, leaves out one more Pod, the last
// shown Pod of a branch. Chooses this branch as follows:
//   - looks only at branches that still show an available Pod; if there is none, at all branches
//   - among them, takes the branch that shows the most Pods
// If only one Pod is left, and it is not available, it stays even if it does not fit.
Drawing::Shown Drawing::Fit(const TableLayout& layout, size_t room) const {
  Shown shown = All();
  std::vector<Heights> branches;
  for (size_t i = 0; i < shown.size(); ++i) {
    Heights& heights = branches.emplace_back();
    heights.lines.push_back(0);
    const std::string indent = i + 1 < shown.size() ? "   " : "";  // as in RowsOf
    for (const PodState& pod : PodsOf(i)) {
      const size_t lines = LinesOf(layout, RowOf(pod, indent, false)).size();
      heights.lines.push_back(heights.lines.back() + lines);
      if (pod.mood != Mood::kGood) ++heights.bad;
    }
  }
  for (;;) {
    size_t lines = 0;
    size_t pods = 0;
    for (size_t i = 0; i < shown.size(); ++i) {
      lines += branches[i].lines[shown[i]] + (shown[i] < PodsOf(i).size() ? 1 : 0);
      pods += shown[i];
    }
    if (lines <= room || pods == 0) return shown;
    size_t from = 0;
    const auto rank = [&](size_t i) { return std::pair(shown[i] > branches[i].bad, shown[i]); };
    for (size_t i = 1; i < shown.size(); ++i) {
      if (rank(i) > rank(from)) from = i;
    }
    if (pods == 1 && branches[from].bad > 0) return shown;
    --shown[from];
  }
}

// Removes from the tree the spare ReplicaSets (tree.h) that have no Pods. Returns their number.
size_t TakeOutEmpty(Tree& tree) {
  return std::erase_if(tree.replica_sets, [](const ReplicaSetBranch& branch) {
    return branch.is_spare && branch.pods.empty();
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

size_t LinesMax(const RenderOptions& options) { return std::max<size_t>(2, *options.height - 1); }

std::vector<TableRow> TablesOf(const std::vector<Row>& rows) {
  std::vector<TableRow> tables;
  tables.reserve(rows.size());
  for (const Row& row : rows) tables.push_back(row.table);
  return tables;
}

// Returns true if RESTARTS, AGE and NODE have to be left out, so that more Pods can be shown. For
// this, both must be true:
//   - the columns before WHY do not fit the width of the terminal. A long WHY alone is no reason
//   - the wrapped tree, with `above` lines before it, does not fit the height of the terminal
bool HasToBeBrief(const Tree& tree, const RenderOptions& options, size_t above) {
  if (!options.height) return false;
  const Drawing drawing(tree, options, /*brief=*/false);
  const std::vector<Row> rows = drawing.RowsOf(drawing.All(), 0);
  const TableLayout layout(TablesOf(rows), options.width);
  if (!layout.is_narrow()) return false;
  for (const Row& row : rows) above += drawing.LinesOf(layout, row).size();
  return above > LinesMax(options);
}

}  // namespace

std::vector<std::string> CutToHeight(std::vector<std::string> lines, const RenderOptions& options) {
  if (!options.height || lines.size() <= LinesMax(options)) return lines;
  const size_t left_out = lines.size() - LinesMax(options) + 1;
  lines.resize(LinesMax(options));
  lines.back() = GlyphsOf(options).more + (' ' + std::to_string(left_out)) + " more lines";
  if (options.width) lines.back() = Cut(lines.back(), *options.width);
  return lines;
}

std::vector<std::string> RenderTree(const Tree& whole, const RenderOptions& options) {
  Tree tree = whole;
  const size_t left_out = options.height ? TakeOutEmpty(tree) : 0;
  std::vector<TableRow> header;
  header.reserve(tree.header.size());
  for (const auto& [key, value] : tree.header) {
    header.push_back({{key, Printable(value, options.ascii_texts())}});
  }
  std::vector<std::string> lines = TableLines(header, options.width);
  lines.emplace_back();

  const Drawing drawing(tree, options, HasToBeBrief(tree, options, lines.size()));
  std::vector<Row> rows = drawing.RowsOf(drawing.All(), left_out);
  // The columns get the widths that all Pods need, even Pods that are not shown. So the columns do
  // not move when the next drawing shows other Pods.
  const TableLayout layout(TablesOf(rows), options.width);
  if (options.height) {
    size_t fixed = lines.size();
    const Drawing::Shown none(tree.replica_sets.size() + 1, 0);
    for (const Row& row : drawing.RowsOf(none, left_out)) {
      fixed += drawing.LinesOf(layout, row).size();
    }
    // Each branch with Pods has a line such as "… 3 more". Fit counts these lines, so they are
    // taken out of `fixed`.
    for (const size_t pods : drawing.All()) fixed -= pods > 0 ? 1 : 0;
    const size_t room = LinesMax(options) > fixed ? LinesMax(options) - fixed : 0;
    rows = drawing.RowsOf(drawing.Fit(layout, room), left_out);
  }
  std::vector<Mood> moods(lines.size(), Mood::kGood);
  for (const Row& row : rows) {
    for (std::string& line : drawing.LinesOf(layout, row)) {
      lines.push_back(std::move(line));
      moods.push_back(row.mood);
    }
  }
  const size_t all = lines.size();
  lines = CutToHeight(std::move(lines), options);
  if (lines.size() < all) moods[lines.size() - 1] = Mood::kGood;
  for (size_t i = 0; options.colour && i < lines.size(); ++i) {
    lines[i] = Coloured(lines[i], moods[i]);
  }
  return lines;
}

}  // namespace windlass::cli
