// The tables of docs/kubectl-windlass-errors.md, as the rows of test/unit/kubectl say them.
#pragma once

#include <vector>

#include "test/docs/page.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass {

// Returns a table for each section, with a line for each row.
std::vector<PageTable> ErrorTables(const std::vector<cli::ErrorSection>& sections);

}  // namespace windlass
