// What the rooms that compute keep in an archive: matrices, planes, and lists of frames in half
// precision. Matrices have their size by options; one without rows is left out.
#pragma once

#include <string_view>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/tensor/buffer.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

// Precondition of a view: its rows follow each other without a gap.
void Exchange(StateArchive& archive, std::string_view name, MatrixView matrix);
void Exchange(StateArchive& archive, std::string_view name, Matrix& matrix);

// Loading refuses shapes beyond any picture.
void Exchange(StateArchive& archive, std::string_view name, PlaneShape& shape);
// Of whatever shape they were saved.
void Exchange(StateArchive& archive, std::string_view name, Planes& planes);

// One list of values in half precision, as long as it was saved.
void Exchange(StateArchive& archive, std::string_view name, HalfBuffer& values);

// The first `count` of a list, each of this shape. Loading makes the list so long at least.
void Exchange(StateArchive& archive, std::string_view name, std::vector<HalfBuffer>& frames,
              size_t count, const PlaneShape& shape);

}  // namespace hypnos
