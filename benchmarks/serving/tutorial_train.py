"""Fits and pickles as the usual tutorial does; runs in the environment of the rivals, in the folder of its data.

python tutorial_train.py LAM    rows.npz -> scaler.pkl, model.pkl, and pipeline.joblib for MLServer
"""

import pickle
import sys

import joblib
import numpy as np
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows = np.load("rows.npz")
X, y = rows["X"], rows["y"]
scaler = StandardScaler()
model = Lasso(alpha=float(sys.argv[1]), tol=1e-10)
model.fit(scaler.fit_transform(X), y)

with open("scaler.pkl", "wb") as file:
    pickle.dump(scaler, file)
with open("model.pkl", "wb") as file:
    pickle.dump(model, file)
joblib.dump(make_pipeline(scaler, model), "pipeline.joblib")
