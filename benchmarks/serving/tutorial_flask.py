"""The service of the usual tutorial, in its style and with its faults: to be measured and attacked, not to be copied.

python tutorial_flask.py PORT                  the development server of Flask
gunicorn --bind 127.0.0.1:PORT tutorial_flask:app
"""

import pickle
import sys

import numpy as np
from flask import Flask, jsonify, request

app = Flask(__name__)

with open("model.pkl", "rb") as file:
    model = pickle.load(file)
with open("scaler.pkl", "rb") as file:
    scaler = pickle.load(file)


@app.route("/predict", methods=["POST"])
def predict():
    """Predict the price of a house."""
    try:
        data = request.get_json()
        features = np.array(data["features"]).reshape(1, -1)
        prediction = model.predict(scaler.transform(features))
        return jsonify({"prediction": float(prediction[0])})
    except Exception as error:
        return jsonify({"error": str(error)}), 400


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]))
