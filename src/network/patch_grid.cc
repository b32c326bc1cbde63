#include "hypnos/network/patch_grid.h"

#include <algorithm>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

std::vector<int> Starts(int length, int size, int stride) {
  std::vector<int> starts;
  for (int start = 0; start + size <= length; start += stride) starts.push_back(start);
  if (starts.back() + size < length) starts.push_back(length - size);
  return starts;
}

std::vector<float> Shares(int length, int size, const std::vector<int>& starts) {
  std::vector<float> covered(static_cast<size_t>(length));
  for (const int start : starts) {
    for (int i = start; i < start + size; ++i) covered[static_cast<size_t>(i)] += 1;
  }
  for (float& share : covered) share = 1 / share;
  return covered;
}

}  // namespace

Result<PatchGrid> PatchGrid::Create(const PlaneShape& frame, const PatchGridOptions& options) {
  PatchGrid grid;
  grid.frame_ = frame;
  grid.height_ = options.size > 0 ? options.size : frame.height;
  grid.width_ = options.size > 0 ? options.size : frame.width;
  if (grid.height_ > frame.height || grid.width_ > frame.width) {
    return Error{Code::kInvalidArgument, "PATCH_LARGER_THAN_FRAME",
                 Format("a patch of {0}x{0} does not fit into a frame of {1}x{2}: choose smaller "
                        "encoding.patches.size or a larger encoding.width and height",
                        options.size, frame.width, frame.height)};
  }
  const int stride_y = options.stride > 0 ? options.stride : grid.height_;
  const int stride_x = options.stride > 0 ? options.stride : grid.width_;
  if (stride_y > grid.height_ || stride_x > grid.width_) {
    return Error{Code::kInvalidArgument, "PATCH_STRIDE",
                 Format("patches of size {} with stride {} leave gaps: the stride may be at most "
                        "the size",
                        options.size, options.stride)};
  }
  grid.tops_ = Starts(frame.height, grid.height_, stride_y);
  grid.lefts_ = Starts(frame.width, grid.width_, stride_x);
  grid.row_share_ = Shares(frame.height, grid.height_, grid.tops_);
  grid.column_share_ = Shares(frame.width, grid.width_, grid.lefts_);
  return grid;
}

void PatchGrid::Gather(const Planes& frame, MatrixView patches) const {
  HYPNOS_CHECK(frame.shape() == frame_);
  HYPNOS_CHECK(patches.rows == locations() && patches.cols == inputs());
  size_t location = 0;
  for (const int top : tops_) {
    for (const int left : lefts_) {
      float* out = patches.row(location++).data();
      for (int channel = 0; channel < frame_.channels; ++channel) {
        const float* plane = frame.plane(channel).data();
        for (int y = top; y < top + height_; ++y) {
          out = std::copy_n(plane + static_cast<ptrdiff_t>(y) * frame_.width + left, width_, out);
        }
      }
    }
  }
}

void PatchGrid::Means(std::span<const float> plane, std::span<float> means) const {
  HYPNOS_CHECK(plane.size() == frame_.plane_size() && means.size() == locations());
  const auto width = static_cast<size_t>(frame_.width);
  size_t location = 0;
  for (const int top : tops_) {
    for (const int left : lefts_) {
      float sum = 0;
      for (int y = top; y < top + height_; ++y) {
        const size_t begin = static_cast<size_t>(y) * width + static_cast<size_t>(left);
        for (const float value : plane.subspan(begin, static_cast<size_t>(width_))) sum += value;
      }
      means[location++] = sum / static_cast<float>(height_ * width_);
    }
  }
}

void PatchGrid::Average(ConstMatrixView patches, Planes& frame) const {
  HYPNOS_CHECK(patches.rows == locations() && patches.cols == inputs());
  frame.Resize(frame_);
  std::fill(frame.values().begin(), frame.values().end(), 0.0f);
  size_t location = 0;
  for (const int top : tops_) {
    for (const int left : lefts_) {
      const float* in = patches.row(location++).data();
      for (int channel = 0; channel < frame_.channels; ++channel) {
        float* plane = frame.plane(channel).data();
        for (int y = top; y < top + height_; ++y) {
          float* row = plane + static_cast<ptrdiff_t>(y) * frame_.width + left;
          for (int x = 0; x < width_; ++x) row[x] += *in++;
        }
      }
    }
  }
  for (int channel = 0; channel < frame_.channels; ++channel) {
    float* pixel = frame.plane(channel).data();
    for (const float row_share : row_share_) {
      for (const float column_share : column_share_) *pixel++ *= row_share * column_share;
    }
  }
}

}  // namespace hypnos
