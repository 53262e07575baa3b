#include "controller/runtime/figures.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <type_traits>

#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

void Sum(Figure::Counter& onto, const Figure::Counter& more) { onto.value += more.value; }

void Sum(Figure::Gauge& onto, const Figure::Gauge& more) { onto.value += more.value; }

void Sum(Histogram& onto, const Histogram& more) {
  WL_ASSERT(onto.bounds == more.bounds);
  for (size_t i = 0; i < onto.counts.size(); ++i) onto.counts[i] += more.counts[i];
  onto.sum += more.sum;
}

void Sum(Figure& onto, const Figure& more) {
  WL_ASSERT(onto.value.index() == more.value.index());
  std::visit(
      [&](auto& value) {
        using Value = std::remove_reference_t<decltype(value)>;
        Sum(value, *std::get_if<Value>(&more.value));
      },
      onto.value);
}

}  // namespace

void MergeFigures(Figures& all, Figures more) {
  for (Figure& figure : more) {
    const auto of_family = [&](const Figure& other) { return other.name == figure.name; };
    const auto same = std::ranges::find_if(all, [&](const Figure& other) {
      return of_family(other) && other.labels == figure.labels;
    });
    if (same != all.end()) {
      Sum(*same, figure);
      continue;
    }
    const auto last = std::find_if(all.rbegin(), all.rend(), of_family);
    all.insert(last == all.rend() ? all.end() : last.base(), std::move(figure));
  }
}

}  // namespace windlass
