// Unstructured cell, periodic along x and y, with a cylindrical column. Lengths in nm.
//   python meshes/make.py periodic_cell
// Periodic Curve makes the nodes of opposite sides match, as `periodic = "xy"` wants.
DefineConstant[ width = {10, Name "width (nm)"}, radius = {3, Name "radius (nm)"},
                size = {1.2, Name "edge length (nm)"} ];

SetFactory("OpenCASCADE");
Rectangle(1) = {0, 0, 0, width, width};
Disk(2) = {width/2, width/2, 0, radius};
BooleanFragments{ Surface{1}; Delete; }{ Surface{2}; Delete; }
Mesh.MeshSizeMax = size;
Mesh.MeshSizeMin = size;

e = width/1000;
left() = Curve In BoundingBox{-e, -e, -e, e, width + e, e};
right() = Curve In BoundingBox{width - e, -e, -e, width + e, width + e, e};
front() = Curve In BoundingBox{-e, -e, -e, width + e, e, e};
back() = Curve In BoundingBox{-e, width - e, -e, width + e, width + e, e};
inner() = Surface In BoundingBox{width/2 - radius - e, width/2 - radius - e, -e, width/2 + radius + e, width/2 + radius + e, e};
all() = Surface{:};
Periodic Curve{right()} = {left()} Translate{width, 0, 0};
Periodic Curve{back()} = {front()} Translate{0, width, 0};

Physical Surface("column") = {inner()};
all() -= {inner()};
Physical Surface("film") = {all()};
Physical Curve("wall") = Boundary{ Surface{inner()}; };
